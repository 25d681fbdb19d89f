// SPDX-License-Identifier: Apache-2.0
//! Tools a model may call, and the user's word about them.
use crate::call::{borrowed, check, handle_from, options, terminated, utf8};
use crate::{Result, Store, Toolbox};
use leyden_sys as sys;
use std::any::Any;
use std::ffi::c_void;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::ptr::null_mut;

/// A function of this program as a tool. `parameters`: a JSON Schema of an object; "": none.
#[derive(Default)]
pub struct Tool<'a> {
    pub name: &'a str,
    pub description: &'a str,
    pub parameters: &'a str,
    /// Of `LEYDEN_TOOL_*`, added.
    pub flags: i32,
}

/// One call of a function of this program, while it runs.
pub struct ToolCall<'a> {
    pub name: &'a str,
    /// A JSON object.
    pub arguments: &'a str,
    /// Open no socket.
    pub offline: bool,
    pub time_limit_s: f64,
    cancel: *const sys::leyden_cancel,
}
impl ToolCall<'_> {
    /// Whether to stop.
    pub fn cancelled(&self) -> bool {
        unsafe { sys::leyden_cancel_requested(self.cancel) != 0 }
    }
}

type ToolFn = dyn Fn(&ToolCall) -> std::result::Result<String, String> + Send + Sync;

unsafe extern "C" fn run_tool(
    call: *const sys::leyden_tool_call,
    reply: *mut sys::leyden_tool_reply,
    data: *mut c_void,
) -> i32 {
    let function = &*data.cast::<Box<ToolFn>>();
    let c = &*call;
    let call = ToolCall {
        name: borrowed(c.name, c.name_size),
        arguments: borrowed(c.arguments, c.arguments_size),
        offline: c.offline != 0,
        time_limit_s: c.time_limit_s,
        cancel: c.cancel,
    };
    let said = catch_unwind(AssertUnwindSafe(|| function(&call)))
        .unwrap_or_else(|_| Err("the tool panicked".into()));
    let failed = said.is_err().into();
    let words = said.unwrap_or_else(|why| why);
    let (data, size) = utf8(&words);
    sys::leyden_tool_reply_set(reply, data, size);
    failed
}

unsafe extern "C" fn free_tool(data: *mut c_void) {
    drop(Box::from_raw(data.cast::<Box<ToolFn>>()));
}

impl Toolbox {
    /// With a store, its documents are the library that the tools search and open read.
    pub fn new(store: Option<&Store>, offline: bool) -> Result<Self> {
        let mut c = options!(leyden_toolbox_options);
        c.offline = offline.into();
        c.store = store.map_or(null_mut(), |s| s.0);
        handle_from(|out, error| unsafe { sys::leyden_toolbox_create(out, &c, error) }).map(Self)
    }
    /// An `Err` of the function is a failure that the model reads.
    pub fn add_function(
        &self,
        tool: &Tool,
        function: impl Fn(&ToolCall) -> std::result::Result<String, String> + Send + Sync + 'static,
    ) -> Result<()> {
        let mut c = options!(leyden_tool_desc);
        c.flags = tool.flags;
        (c.name, c.name_size) = utf8(tool.name);
        (c.description, c.description_size) = utf8(tool.description);
        (c.parameters, c.parameters_size) = utf8(tool.parameters);
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
    /// Connects to an MCP server, see `leyden_toolbox_add_mcp_json`. `approve` is asked first.
    pub fn add_mcp_json(
        &self,
        server: &str,
        mut approve: impl FnMut(&Approval) -> Approve,
    ) -> Result<()> {
        let ((data, size), mut asked) = (utf8(server), Asked::new(&mut approve));
        let (ask, user) = asked.callback();
        let added = check(|error| unsafe {
            sys::leyden_toolbox_add_mcp_json(self.0, data, size, ask, user, error)
        });
        asked.finish(added)
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
    /// Words of the user's documents that it would pass on.
    pub library_text: &'a str,
    /// Machines that its arguments name.
    pub hosts: &'a str,
}

/// The user's word. `Deny` says why; the model reads it.
pub enum Approve {
    Deny(String),
    Once,
    Session,
    Always,
}

/// Who is asked during one call.
pub(crate) struct Asked<'a> {
    approve: &'a mut dyn FnMut(&Approval) -> Approve,
    panic: Option<Box<dyn Any + Send>>,
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
        library_text: borrowed(a.library_text, a.library_text_size),
        hosts: borrowed(a.hosts, a.hosts_size),
    };
    match catch_unwind(AssertUnwindSafe(|| (asked.approve)(&question))) {
        Ok(Approve::Once) => sys::LEYDEN_APPROVE_ONCE,
        Ok(Approve::Session) => sys::LEYDEN_APPROVE_SESSION,
        Ok(Approve::Always) => sys::LEYDEN_APPROVE_ALWAYS,
        Ok(Approve::Deny(why)) => {
            let (data, size) = utf8(&why);
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
    /// Valid while `self` is where it is.
    pub(crate) fn callback(&mut self) -> (Option<sys::leyden_approve_fn>, *mut c_void) {
        (Some(ask_user), (self as *mut Self).cast())
    }
    /// A panic of the callback goes on here.
    pub(crate) fn finish<T>(self, result: T) -> T {
        if let Some(panic) = self.panic {
            resume_unwind(panic);
        }
        result
    }
}
