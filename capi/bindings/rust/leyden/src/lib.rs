// SPDX-License-Identifier: Apache-2.0
//! Leyden from Rust: chats over documents, with streaming, against the runtime behind `leyden.h`.
//!
//! ```no_run
//! let model = leyden::Model::open(None, &Default::default())?;
//! let mut chat = model.chat(0)?;
//! chat.add_document("Log book", "The lamp went out at nine.")?;
//! let answer = chat.ask("When did the lamp go out?", &Default::default(), |event| {
//!     if let leyden::Event::Text(text) = event {
//!         print!("{text}");
//!     }
//! })?;
//! # let _ = answer;
//! # Ok::<(), leyden::Error>(())
//! ```
mod call;
mod file;
mod tools;

use call::{check, string_from, text};
use leyden_sys as sys;
use std::ffi::c_void;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::ptr::{null, null_mut};
use std::slice;
use std::sync::Arc;

pub use call::Error;
pub use file::{File, Image};
pub use tools::{Approval, Approve, Tool, Toolbox};
pub type Result<T> = std::result::Result<T, Error>;

/// The library's version, e.g. "0.1.0".
pub fn version() -> &'static str {
    unsafe { std::ffi::CStr::from_ptr(sys::leyden_version()) }.to_str().unwrap_or("")
}

/// The folder of the default model.
pub fn default_model_path() -> Result<String> {
    string_from(|out, error| unsafe { sys::leyden_default_model_path(out, error) })
}

/// What a model can compute on here: JSON, see `leyden_devices_json`.
pub fn devices_json() -> Result<String> {
    string_from(|out, error| unsafe { sys::leyden_devices_json(out, error) })
}

/// What a memory plan is made for; zero is the default of each.
#[derive(Default)]
pub struct PlanOptions<'a> {
    pub context: i64,
    pub sessions: i64,
    /// Memory of each GPU; empty: the CPU.
    pub gpu_bytes: &'a [u64],
    pub host_bytes: u64,
}

/// Whether a model fits and what would (`None`: the default model): JSON, see `leyden_plan_json`.
pub fn plan_json(folder: Option<&str>, options: &PlanOptions) -> Result<String> {
    let folder = folder.map_or_else(default_model_path, |f| Ok(f.to_string()))?;
    let (data, size) = text(&folder);
    let mut c: sys::leyden_plan_options = unsafe { std::mem::zeroed() };
    c.struct_size = std::mem::size_of_val(&c) as u32;
    c.context = options.context;
    c.sessions = options.sessions;
    c.host_bytes = options.host_bytes;
    c.n_gpus = options.gpu_bytes.len();
    c.gpu_bytes = if c.n_gpus == 0 { null() } else { options.gpu_bytes.as_ptr() };
    string_from(|out, error| unsafe { sys::leyden_plan_json(out, data, size, &c, error) })
}

/// A flag that asks running calls to stop, from any thread. Clones share it.
#[derive(Clone)]
pub struct Cancel(Arc<CancelHandle>);
struct CancelHandle(*mut sys::leyden_cancel);
unsafe impl Send for CancelHandle {}
unsafe impl Sync for CancelHandle {}
impl Drop for CancelHandle {
    fn drop(&mut self) {
        unsafe { sys::leyden_cancel_destroy(self.0) }
    }
}
impl Cancel {
    pub fn new() -> Result<Self> {
        let mut handle = null_mut();
        check(|error| unsafe { sys::leyden_cancel_create(&mut handle, error) })?;
        Ok(Self(Arc::new(CancelHandle(handle))))
    }
    pub fn request(&self) {
        unsafe { sys::leyden_cancel_request(self.0 .0) }
    }
    pub fn requested(&self) -> bool {
        unsafe { sys::leyden_cancel_requested(self.0 .0) != 0 }
    }
}

/// The jar: conversations, documents, and what models have read. Any thread.
pub struct Store(*mut sys::leyden_store);
unsafe impl Send for Store {}
unsafe impl Sync for Store {}
impl Drop for Store {
    fn drop(&mut self) {
        unsafe { sys::leyden_store_destroy(self.0) }
    }
}
impl Store {
    /// Opens or makes a folder ("": the user's own jar).
    pub fn open(folder: &str) -> Result<Self> {
        let (data, size) = text(folder);
        let mut handle = null_mut();
        check(|error| unsafe { sys::leyden_store_open(&mut handle, data, size, null(), error) })?;
        Ok(Self(handle))
    }
    /// A new conversation's id.
    pub fn create_session(&self, title: &str) -> Result<i64> {
        let (data, size) = text(title);
        let mut id = 0;
        check(|error| unsafe { sys::leyden_session_create(&mut id, self.0, data, size, error) })?;
        Ok(id)
    }
    /// The id of a session by id, uuid or title.
    pub fn find_session(&self, name: &str) -> Result<i64> {
        let (data, size) = text(name);
        let mut id = 0;
        check(|error| unsafe { sys::leyden_session_find(&mut id, self.0, data, size, error) })?;
        Ok(id)
    }
    /// Adds a document, e.g. `File::document_json`; its id.
    pub fn add_document_json(&self, json: &str) -> Result<i64> {
        let (data, size) = text(json);
        let mut id = 0;
        check(|error| unsafe {
            sys::leyden_document_add_json(&mut id, self.0, data, size, error)
        })?;
        Ok(id)
    }
    /// JSON, see `leyden_store_search_json`. A limit of 0 is 50.
    pub fn search_json(&self, query: &str, limit: usize) -> Result<String> {
        let (data, size) = text(query);
        string_from(|out, error| unsafe {
            sys::leyden_store_search_json(out, self.0, data, size, limit, error)
        })
    }
    /// JSON, see `leyden_store_sessions_json`.
    pub fn sessions_json(&self, limit: usize, offset: usize) -> Result<String> {
        string_from(|out, error| unsafe {
            sys::leyden_store_sessions_json(out, self.0, limit, offset, error)
        })
    }
}

/// How a model is opened; the default is what most want.
#[derive(Default)]
pub struct ModelOptions<'a> {
    pub threads: i32,
    pub kv_bytes: u64,
    pub store: Option<&'a Store>,
}

/// An opened model. Any thread; chats keep it alive.
pub struct Model(*mut sys::leyden_model);
unsafe impl Send for Model {}
unsafe impl Sync for Model {}
impl Drop for Model {
    fn drop(&mut self) {
        unsafe { sys::leyden_model_destroy(self.0) }
    }
}
impl Model {
    /// Opens a folder; `None` is the default model.
    pub fn open(folder: Option<&str>, options: &ModelOptions) -> Result<Self> {
        check(|error| unsafe { sys::leyden_check_unstable(sys::LEYDEN_UNSTABLE_REVISION, error) })?;
        let folder = folder.map_or_else(default_model_path, |f| Ok(f.to_string()))?;
        let (data, size) = text(&folder);
        let mut c: sys::leyden_model_options = unsafe { std::mem::zeroed() };
        c.struct_size = std::mem::size_of_val(&c) as u32;
        c.threads = options.threads;
        c.kv_bytes = options.kv_bytes;
        c.store = options.store.map_or(null_mut(), |s| s.0);
        let mut handle = null_mut();
        check(|error| unsafe { sys::leyden_model_open(&mut handle, data, size, &c, error) })?;
        Ok(Self(handle))
    }
    pub fn stats_json(&self) -> Result<String> {
        string_from(|out, error| unsafe { sys::leyden_model_stats_json(out, self.0, error) })
    }
    /// A new chat; with a session of the model's store, one that is kept and comes back.
    pub fn chat(&self, session: i64) -> Result<Chat> {
        let mut handle = null_mut();
        check(|error| unsafe { call::open_chat(&mut handle, self.0, session, error) })?;
        Ok(Chat(handle))
    }
}

/// What happens while an answer is written.
pub enum Event<'a> {
    Prefill { done: u64, total: u64, eta_s: f64 },
    Thinking(&'a str),
    Text(&'a str),
    ToolCall { name: &'a str, arguments: &'a str },
    MalformedCall { text: &'a str, reason: &'a str },
    /// Something a newer library tells.
    Other(i32),
}

#[derive(Default)]
pub struct AskOptions<'a> {
    pub thinking: bool,
    pub evidence: bool,
    pub constrain_references: bool,
    pub max_tokens: i64,
    pub stop: &'a [&'a str],
    pub temperature: f32,
    pub seed: u64,
    pub cancel: Option<&'a Cancel>,
}

/// A finished answer; `json` is everything (`leyden_answer_json`).
pub struct Answer {
    pub text: String,
    pub thinking: String,
    pub finish_reason: String,
    pub json: String,
}

/// Documents, history and what the model has read of them.
pub struct Chat(*mut sys::leyden_chat);
unsafe impl Send for Chat {}
impl Drop for Chat {
    fn drop(&mut self) {
        unsafe { sys::leyden_chat_destroy(self.0) }
    }
}

struct Watch<'a> {
    on_event: &'a mut dyn FnMut(Event),
    cancel: *mut sys::leyden_cancel,
    panic: Option<Box<dyn std::any::Any + Send>>,
}

pub(crate) unsafe fn borrowed<'a>(data: *const std::ffi::c_char, size: usize) -> &'a str {
    if data.is_null() {
        return "";
    }
    std::str::from_utf8(slice::from_raw_parts(data.cast(), size)).unwrap_or("")
}

unsafe extern "C" fn told(event: *const sys::leyden_event, data: *mut c_void) {
    let watch = &mut *data.cast::<Watch>();
    if watch.panic.is_some() {
        return;
    }
    let e = &*event;
    let (text, name) = (borrowed(e.text, e.text_size), borrowed(e.name, e.name_size));
    let event = match e.kind {
        sys::LEYDEN_EVENT_PREFILL if !e.progress.is_null() => {
            let p = &*e.progress;
            Event::Prefill { done: p.done, total: p.total, eta_s: p.eta_s }
        }
        sys::LEYDEN_EVENT_THINKING => Event::Thinking(text),
        sys::LEYDEN_EVENT_TEXT => Event::Text(text),
        sys::LEYDEN_EVENT_TOOL_CALL => Event::ToolCall { name, arguments: text },
        sys::LEYDEN_EVENT_MALFORMED_CALL => Event::MalformedCall { text, reason: name },
        other => Event::Other(other),
    };
    // A panic may not pass through C: it ends the answer and goes on in ask().
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| (watch.on_event)(event))) {
        watch.panic = Some(panic);
        sys::leyden_cancel_request(watch.cancel);
    }
}

impl Chat {
    /// Adds a document before the first question; its number.
    pub fn add_document(&mut self, title: &str, body: &str) -> Result<usize> {
        let ((t, t_size), (b, b_size)) = (text(title), text(body));
        let mut index = 0;
        check(|error| unsafe {
            sys::leyden_chat_add_document(&mut index, self.0, t, t_size, b, b_size, error)
        })?;
        Ok(index)
    }
    pub fn set_system(&mut self, system: &str) -> Result<()> {
        let (data, size) = text(system);
        check(|error| unsafe { sys::leyden_chat_set_system(self.0, data, size, error) })
    }
    /// How its session came back: JSON, see `leyden_chat_resume_json`.
    pub fn resume_json(&mut self) -> Result<String> {
        string_from(|out, error| unsafe { sys::leyden_chat_resume_json(out, self.0, error) })
    }
    pub fn messages_json(&mut self) -> Result<String> {
        string_from(|out, error| unsafe { sys::leyden_chat_messages_json(out, self.0, error) })
    }
    /// Adds a document of the jar to a kept chat, before the first question; its number.
    pub fn add_stored_document(&mut self, document: i64) -> Result<usize> {
        let mut index = 0;
        check(|error| unsafe {
            sys::leyden_chat_add_stored_document(&mut index, self.0, document, error)
        })?;
        Ok(index)
    }
    /// Asks; `on_event` is called on another thread, before this returns.
    pub fn ask(
        &mut self,
        question: &str,
        options: &AskOptions,
        mut on_event: impl FnMut(Event) + Send,
    ) -> Result<Answer> {
        let ((data, size), chat) = (text(question), self.0);
        write(options, &mut on_event, |c, out, error| unsafe {
            sys::leyden_chat_ask(out, chat, data, size, c, error)
        })
    }
    /// Writes the last answer anew; a kept chat keeps the old one beside it.
    pub fn answer_again(
        &mut self,
        options: &AskOptions,
        mut on_event: impl FnMut(Event) + Send,
    ) -> Result<Answer> {
        let chat = self.0;
        write(options, &mut on_event, |c, out, error| unsafe {
            sys::leyden_chat_answer_again(out, chat, c, error)
        })
    }
    /// `ask` with tools. `approve` is called on this thread for calls that need the user's word.
    pub fn run(
        &mut self,
        question: &str,
        toolbox: &Toolbox,
        options: &AskOptions,
        mut approve: impl FnMut(&Approval) -> Approve,
        mut on_event: impl FnMut(Event) + Send,
    ) -> Result<Answer> {
        let ((data, size), chat) = (text(question), self.0);
        let mut asked = tools::Asked::new(&mut approve);
        let answer = write(options, &mut on_event, |c, out, error| unsafe {
            let agent = asked.options(c);
            sys::leyden_chat_run(out, chat, toolbox.handle(), data, size, &agent, error)
        });
        asked.finish();
        answer
    }
}

/// One call that writes an answer: its options and callbacks in C's terms.
fn write(
    options: &AskOptions,
    on_event: &mut dyn FnMut(Event),
    call: impl FnOnce(
        *const sys::leyden_ask_options,
        *mut *mut sys::leyden_answer,
        *mut *mut sys::leyden_error,
    ) -> i32,
) -> Result<Answer> {
    let own = Cancel::new()?;
    let cancel = options.cancel.unwrap_or(&own).0 .0;
    let mut watch = Watch { on_event, cancel, panic: None };
    let stops: Vec<sys::leyden_text> = (options.stop.iter())
        .map(|s| sys::leyden_text { data: s.as_ptr().cast(), size: s.len() })
        .collect();
    let mut sampling: sys::leyden_sampling = unsafe { std::mem::zeroed() };
    sampling.struct_size = std::mem::size_of_val(&sampling) as u32;
    sampling.temperature = options.temperature;
    sampling.seed = options.seed;
    let mut c: sys::leyden_ask_options = unsafe { std::mem::zeroed() };
    c.struct_size = std::mem::size_of_val(&c) as u32;
    c.thinking = options.thinking.into();
    c.evidence = options.evidence.into();
    c.constrain_references = options.constrain_references.into();
    c.max_tokens = options.max_tokens;
    c.stop = if stops.is_empty() { null() } else { stops.as_ptr() };
    c.n_stop = stops.len();
    c.sampling = &sampling;
    c.cancel = cancel;
    c.on_event = Some(told);
    c.user_data = (&mut watch as *mut Watch).cast();
    let mut answer = null_mut();
    let done = check(|error| call(&c, &mut answer, error));
    let taken = done.and_then(|()| call::take_answer(answer));
    if let Some(panic) = watch.panic {
        resume_unwind(panic);
    }
    taken
}
