// SPDX-License-Identifier: Apache-2.0
//! Cancelling, and the callbacks of one call. A panic may not pass through C: it stops the call and goes
//! on behind it.
use crate::call::{borrowed, check, handle_from, options, terminated};
use crate::Result;
use leyden_sys as sys;
use std::any::Any;
use std::ffi::c_void;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::slice;
use std::sync::Arc;

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
        let handle = handle_from(|out, error| unsafe { sys::leyden_cancel_create(out, error) })?;
        Ok(Self(Arc::new(CancelHandle(handle))))
    }
    pub fn request(&self) {
        unsafe { sys::leyden_cancel_request(self.0 .0) }
    }
    /// Takes the request back.
    pub fn reset(&self) {
        unsafe { sys::leyden_cancel_reset(self.0 .0) }
    }
    pub(crate) fn handle(&self) -> *mut sys::leyden_cancel {
        self.0 .0
    }
    pub fn requested(&self) -> bool {
        unsafe { sys::leyden_cancel_requested(self.0 .0) != 0 }
    }
}

/// How far long work has come; `eta_s` is negative while unknown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress<'a> {
    pub phase: &'a str,
    pub unit: &'a str,
    pub done: u64,
    pub total: u64,
    pub eta_s: f64,
}

/// What happens while an answer is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event<'a> {
    Prefill { done: u64, total: u64, eta_s: f64 },
    Thinking(&'a str),
    Text(&'a str),
    ToolCall { name: &'a str, arguments: &'a str },
    MalformedCall { text: &'a str, reason: &'a str },
    ToolResult { name: &'a str, text: &'a str },
    Step(u64),
    /// JSON, see `LEYDEN_EVENT_EVIDENCE`.
    Evidence(&'a str),
    /// `Toolbox::ask`: "whole", "pages" or "map".
    Reading { mode: &'a str, reason: &'a str },
    /// Something a newer library tells.
    Other(i32),
}

/// Is told of progress; on another thread, before the call returns.
pub type OnProgress<'a> = &'a mut (dyn FnMut(Progress) + Send + 'a);
/// Is told of each token and its position; true ends the generation behind it.
pub type OnToken<'a> = &'a mut (dyn FnMut(i32, i64) -> bool + Send + 'a);
type OnEvent<'a> = &'a mut (dyn FnMut(Event) + 'a);
type OnLogits<'a> = &'a mut (dyn FnMut(&[f32]) + 'a);

/// What any long call may be given.
#[derive(Default)]
pub struct RunOptions<'a> {
    pub on_progress: Option<OnProgress<'a>>,
    pub cancel: Option<&'a Cancel>,
}

/// The callbacks of one call; its address is their user data.
pub(crate) struct Watch<'a, 'p> {
    pub on_progress: Option<OnProgress<'p>>,
    pub on_event: Option<OnEvent<'a>>,
    pub on_token: Option<OnToken<'a>>,
    pub on_logits: Option<OnLogits<'a>>,
    cancel: Cancel,
    panic: Option<Box<dyn Any + Send>>,
}

impl Watch<'_, '_> {
    pub(crate) fn new(cancel: Option<&Cancel>) -> Result<Self> {
        let cancel = cancel.map_or_else(Cancel::new, |c| Ok(c.clone()))?;
        let (on_progress, on_event, on_token, on_logits) = (None, None, None, None);
        Ok(Self { on_progress, on_event, on_token, on_logits, cancel, panic: None })
    }
    pub(crate) fn cancel(&self) -> *mut sys::leyden_cancel {
        self.cancel.handle()
    }
    pub(crate) fn data(&mut self) -> *mut c_void {
        (self as *mut Self).cast()
    }
    pub(crate) fn progress(&self) -> Option<sys::leyden_progress_fn> {
        self.on_progress.as_ref().map(|_| told_progress as _)
    }
    pub(crate) fn event(&self) -> Option<sys::leyden_event_fn> {
        self.on_event.as_ref().map(|_| told_event as _)
    }
    pub(crate) fn token(&self) -> Option<sys::leyden_token_fn> {
        self.on_token.as_ref().map(|_| told_token as _)
    }
    pub(crate) fn logits(&self) -> Option<sys::leyden_logits_fn> {
        self.on_logits.as_ref().map(|_| told_logits as _)
    }
    /// What a callback panicked with goes on here.
    pub(crate) fn finish<T>(self, result: T) -> T {
        if let Some(panic) = self.panic {
            resume_unwind(panic);
        }
        result
    }
    /// What the callback answers; `None` when it panicked, or one did before.
    fn guarded<T>(&mut self, callback: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.panic.is_some() {
            return None;
        }
        match catch_unwind(AssertUnwindSafe(|| callback(&mut *self))) {
            Ok(answer) => Some(answer),
            Err(panic) => {
                self.panic = Some(panic);
                self.cancel.request();
                None
            }
        }
    }
}

pub(crate) unsafe extern "C" fn told_progress(progress: *const sys::leyden_progress, data: *mut c_void) {
    let p = &*progress;
    let (phase, unit) = (terminated(p.phase), terminated(p.unit));
    let progress = Progress { phase, unit, done: p.done, total: p.total, eta_s: p.eta_s };
    (*data.cast::<Watch>()).guarded(|w| w.on_progress.as_mut().map(|tell| tell(progress)));
}

unsafe extern "C" fn told_event(event: *const sys::leyden_event, data: *mut c_void) {
    let e = &*event;
    let (text, name) = (borrowed(e.text, e.text_size), borrowed(e.name, e.name_size));
    let (done, total, eta_s) = e.progress.as_ref().map_or((0, 0, -1.0), |p| (p.done, p.total, p.eta_s));
    let event = match e.kind {
        sys::LEYDEN_EVENT_PREFILL => Event::Prefill { done, total, eta_s },
        sys::LEYDEN_EVENT_THINKING => Event::Thinking(text),
        sys::LEYDEN_EVENT_TEXT => Event::Text(text),
        sys::LEYDEN_EVENT_TOOL_CALL => Event::ToolCall { name, arguments: text },
        sys::LEYDEN_EVENT_MALFORMED_CALL => Event::MalformedCall { text, reason: name },
        sys::LEYDEN_EVENT_TOOL_RESULT => Event::ToolResult { name, text },
        sys::LEYDEN_EVENT_STEP => Event::Step(done),
        sys::LEYDEN_EVENT_EVIDENCE => Event::Evidence(text),
        sys::LEYDEN_EVENT_READING => Event::Reading { mode: name, reason: text },
        other => Event::Other(other),
    };
    (*data.cast::<Watch>()).guarded(|w| w.on_event.as_mut().map(|tell| tell(event)));
}

unsafe extern "C" fn told_token(id: i32, position: i64, data: *mut c_void) -> i32 {
    let stop = (*data.cast::<Watch>())
        .guarded(|w| w.on_token.as_mut().map_or(false, |tell| tell(id, position)));
    stop.unwrap_or(true).into()
}

unsafe extern "C" fn told_logits(
    _first: i64,
    n: i64,
    vocab: i64,
    logits: *const f32,
    data: *mut c_void,
) -> i32 {
    let rows = slice::from_raw_parts(logits, (n * vocab) as usize);
    let taken = (*data.cast::<Watch>()).guarded(|w| {
        if let Some(take) = w.on_logits.as_mut() {
            rows.chunks(vocab as usize).for_each(take);
        }
    });
    if taken.is_some() { sys::LEYDEN_OK } else { sys::LEYDEN_E_CANCELLED }
}

/// The options of a long run in C's terms, for the call.
pub(crate) fn watched<T>(
    run: RunOptions,
    call: impl FnOnce(*const sys::leyden_run_options) -> Result<T>,
) -> Result<T> {
    let mut watch = Watch::new(run.cancel)?;
    watch.on_progress = run.on_progress;
    let mut c = options!(leyden_run_options);
    c.on_progress = watch.progress();
    c.user_data = watch.data();
    c.cancel = watch.cancel();
    let result = call(&c);
    watch.finish(result)
}

/// Whether the library that runs is the one these declarations are of.
pub(crate) fn check_revision() -> Result<()> {
    check(|error| unsafe { sys::leyden_check_unstable(sys::LEYDEN_UNSTABLE_REVISION, error) })
}
