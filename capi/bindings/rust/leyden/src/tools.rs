// SPDX-License-Identifier: Apache-2.0
//! Tools a model may call, and the user's word about them.
use crate::call::{check, string_from, text};
use crate::{borrowed, Result, Store};
use leyden_sys as sys;
use std::ffi::{c_char, c_void, CStr};
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::ptr::{null, null_mut};

/// A function of this program as a tool. `parameters`: a JSON Schema of an object; "": none.
#[derive(Default)]
pub struct Tool<'a> {
    pub name: &'a str,
    pub description: &'a str,
    pub parameters: &'a str,
    pub read_only: bool,
    pub destructive: bool,
    pub network: bool,
}

type ToolFn = dyn Fn(&str) -> std::result::Result<String, String> + Send + Sync;

unsafe extern "C" fn run_tool(
    call: *const sys::leyden_tool_call,
    reply: *mut sys::leyden_tool_reply,
    data: *mut c_void,
) -> i32 {
    let function = &*data.cast::<Box<ToolFn>>();
    let arguments = borrowed((*call).arguments, (*call).arguments_size);
    let said = catch_unwind(AssertUnwindSafe(|| function(arguments)))
        .unwrap_or_else(|_| Err("the tool panicked".into()));
    let failed = said.is_err().into();
    let words = said.unwrap_or_else(|why| why);
    let (data, size) = text(&words);
    sys::leyden_tool_reply_set(reply, data, size);
    failed
}

unsafe extern "C" fn free_tool(data: *mut c_void) {
    drop(Box::from_raw(data.cast::<Box<ToolFn>>()));
}

/// Tools for `Chat::run`. Any thread; must outlive the runs that use it.
pub struct Toolbox(*mut sys::leyden_toolbox);
unsafe impl Send for Toolbox {}
unsafe impl Sync for Toolbox {}
impl Drop for Toolbox {
    fn drop(&mut self) {
        unsafe { sys::leyden_toolbox_destroy(self.0) }
    }
}
impl Toolbox {
    /// With a store, its documents are the library that the tools search and open read.
    pub fn new(store: Option<&Store>, offline: bool) -> Result<Self> {
        let mut c: sys::leyden_toolbox_options = unsafe { std::mem::zeroed() };
        c.struct_size = std::mem::size_of_val(&c) as u32;
        c.offline = offline.into();
        c.store = store.map_or(null_mut(), |s| s.0);
        let mut handle = null_mut();
        check(|error| unsafe { sys::leyden_toolbox_create(&mut handle, &c, error) })?;
        Ok(Self(handle))
    }
    pub(crate) fn handle(&self) -> *mut sys::leyden_toolbox {
        self.0
    }
    /// `function` is handed the arguments as JSON; `Err` is a failure that the model reads.
    pub fn add_function(
        &self,
        tool: &Tool,
        function: impl Fn(&str) -> std::result::Result<String, String> + Send + Sync + 'static,
    ) -> Result<()> {
        let mut c: sys::leyden_tool_desc = unsafe { std::mem::zeroed() };
        c.struct_size = std::mem::size_of_val(&c) as u32;
        c.flags = i32::from(tool.read_only) * sys::LEYDEN_TOOL_READ_ONLY
            + i32::from(tool.destructive) * sys::LEYDEN_TOOL_DESTRUCTIVE
            + i32::from(tool.network) * sys::LEYDEN_TOOL_NETWORK;
        (c.name, c.name_size) = text(tool.name);
        (c.description, c.description_size) = text(tool.description);
        if !tool.parameters.is_empty() {
            (c.parameters, c.parameters_size) = text(tool.parameters);
        }
        let boxed: Box<Box<ToolFn>> = Box::new(Box::new(function));
        let data: *mut c_void = Box::into_raw(boxed).cast();
        let added = check(|error| unsafe {
            let (run, free) = (Some(run_tool as _), Some(free_tool as _));
            sys::leyden_toolbox_add_function(self.0, &c, run, data, free, error)
        });
        if added.is_err() {
            unsafe { free_tool(data) };
        }
        added
    }
    /// Adds the plugins of a folder (`None`: those that came with the library). A JSON list of texts:
    /// which could not be used, and why.
    pub fn add_plugins(&self, folder: Option<&str>) -> Result<String> {
        let (data, size) = folder.map_or((null(), 0), text);
        string_from(|out, error| unsafe {
            sys::leyden_toolbox_add_plugins(out, self.0, data, size, error)
        })
    }
    /// Adds a document to a library in memory; pages: `[{"label", "text"}]`.
    pub fn add_document_json(&self, title: &str, pages: &str) -> Result<()> {
        let ((t, t_size), (p, p_size)) = (text(title), text(pages));
        check(|error| unsafe {
            sys::leyden_toolbox_add_document_json(self.0, t, t_size, p, p_size, error)
        })
    }
    /// Calls a tool without a model: JSON, see `leyden_toolbox_call_json`.
    pub fn call_json(&self, name: &str, arguments: &str) -> Result<String> {
        let ((n, n_size), (a, a_size)) = (text(name), text(arguments));
        string_from(|out, error| unsafe {
            sys::leyden_toolbox_call_json(out, self.0, n, n_size, a, a_size, null(), error)
        })
    }
    pub fn list_json(&self) -> Result<String> {
        string_from(|out, error| unsafe { sys::leyden_toolbox_list_json(out, self.0, error) })
    }
    pub fn log_json(&self) -> Result<String> {
        string_from(|out, error| unsafe { sys::leyden_toolbox_log_json(out, self.0, error) })
    }
    pub fn set_enabled(&self, name: &str, enabled: bool) -> Result<()> {
        let (data, size) = text(name);
        check(|error| unsafe {
            sys::leyden_toolbox_set_enabled(self.0, data, size, enabled.into(), error)
        })
    }
    pub fn set_offline(&self, offline: bool) -> Result<()> {
        check(|error| unsafe { sys::leyden_toolbox_set_offline(self.0, offline.into(), error) })
    }
}

/// A call that waits for the user's word.
pub struct Approval<'a> {
    pub name: &'a str,
    pub origin: &'a str,
    pub description: &'a str,
    pub arguments: &'a str,
    /// Of `LEYDEN_TOOL_*`.
    pub flags: i32,
    /// `Session` and `Always` count as `Once`.
    pub once_only: bool,
    /// The chat has read the user's documents, and this could send them on.
    pub shares_library: bool,
}

/// The user's word. `Deny` says why; the model reads it.
pub enum Approve {
    Deny(String),
    Once,
    Session,
    Always,
}

/// Who is asked during one run.
pub(crate) struct Asked<'a> {
    approve: &'a mut dyn FnMut(&Approval) -> Approve,
    panic: Option<Box<dyn std::any::Any + Send>>,
}

unsafe fn terminated<'a>(text: *const c_char) -> &'a str {
    if text.is_null() { "" } else { CStr::from_ptr(text).to_str().unwrap_or("") }
}

unsafe extern "C" fn ask_user(
    approval: *const sys::leyden_approval,
    answer: *mut sys::leyden_approval_answer,
    data: *mut c_void,
) -> i32 {
    let asked = &mut *data.cast::<Asked>();
    let a = &*approval;
    let question = Approval {
        name: terminated(a.name),
        origin: terminated(a.origin),
        description: terminated(a.description),
        arguments: borrowed(a.arguments, a.arguments_size),
        flags: a.flags,
        once_only: a.once_only != 0,
        shares_library: a.shares_library != 0,
    };
    match catch_unwind(AssertUnwindSafe(|| (asked.approve)(&question))) {
        Ok(Approve::Once) => sys::LEYDEN_APPROVE_ONCE,
        Ok(Approve::Session) => sys::LEYDEN_APPROVE_SESSION,
        Ok(Approve::Always) => sys::LEYDEN_APPROVE_ALWAYS,
        Ok(Approve::Deny(why)) => {
            let (data, size) = text(&why);
            sys::leyden_approval_deny_reason(answer, data, size);
            sys::LEYDEN_APPROVE_DENY
        }
        Err(panic) => {
            asked.panic = Some(panic);
            sys::LEYDEN_APPROVE_DENY
        }
    }
}

impl<'a> Asked<'a> {
    pub(crate) fn new(approve: &'a mut dyn FnMut(&Approval) -> Approve) -> Self {
        Self { approve, panic: None }
    }
    /// Valid while `self` and `ask` are where they are.
    pub(crate) fn options(&mut self, ask: *const sys::leyden_ask_options) -> sys::leyden_agent_options {
        let mut c: sys::leyden_agent_options = unsafe { std::mem::zeroed() };
        c.struct_size = std::mem::size_of_val(&c) as u32;
        c.ask = ask;
        c.approve = Some(ask_user);
        c.approve_data = (self as *mut Self).cast();
        c
    }
    /// A panic of the callback goes on here.
    pub(crate) fn finish(self) {
        if let Some(panic) = self.panic {
            resume_unwind(panic);
        }
    }
}
