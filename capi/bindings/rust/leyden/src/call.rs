// SPDX-License-Identifier: Apache-2.0
//! Between Rust and the C calls: errors and owned texts.
use crate::Answer;
use leyden_sys as sys;
use std::ffi::c_char;
use std::ptr::null_mut;

/// A failed call: a `LEYDEN_E_*` number and one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    pub code: i32,
    pub message: String,
}
impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}
impl std::error::Error for Error {}

pub(crate) fn check(call: impl FnOnce(*mut *mut sys::leyden_error) -> i32) -> Result<(), Error> {
    let mut error = null_mut();
    let code = call(&mut error);
    if code == sys::LEYDEN_OK {
        return Ok(());
    }
    let message = unsafe {
        let mut size = 0;
        let data = sys::leyden_error_message(error, &mut size);
        let message = owned(data, size);
        sys::leyden_error_destroy(error);
        message
    };
    Err(Error { code, message })
}

pub(crate) fn text(text: &str) -> (*const c_char, usize) {
    (text.as_ptr().cast(), text.len())
}

unsafe fn owned(data: *const c_char, size: usize) -> String {
    String::from_utf8_lossy(std::slice::from_raw_parts(data.cast(), size)).into_owned()
}

pub(crate) fn string_from(
    call: impl FnOnce(*mut *mut sys::leyden_string, *mut *mut sys::leyden_error) -> i32,
) -> Result<String, Error> {
    let mut string = null_mut();
    check(|error| call(&mut string, error))?;
    unsafe {
        let text = owned(sys::leyden_string_data(string), sys::leyden_string_size(string));
        sys::leyden_string_destroy(string);
        Ok(text)
    }
}

pub(crate) fn take_answer(answer: *mut sys::leyden_answer) -> Result<Answer, Error> {
    type Getter = unsafe extern "C" fn(*const sys::leyden_answer, *mut usize) -> *const c_char;
    let get = |getter: Getter| unsafe {
        let mut size = 0;
        let data = getter(answer, &mut size);
        owned(data, size)
    };
    let taken = string_from(|out, error| unsafe { sys::leyden_answer_json(out, answer, error) }).map(
        |json| Answer {
            text: get(sys::leyden_answer_text),
            thinking: get(sys::leyden_answer_thinking),
            finish_reason: get(sys::leyden_answer_finish_reason),
            json,
        },
    );
    unsafe { sys::leyden_answer_destroy(answer) };
    taken
}

pub(crate) unsafe fn open_chat(
    out: *mut *mut sys::leyden_chat,
    model: *mut sys::leyden_model,
    session: i64,
    error: *mut *mut sys::leyden_error,
) -> i32 {
    let mut options: sys::leyden_chat_options = std::mem::zeroed();
    options.struct_size = std::mem::size_of_val(&options) as u32;
    options.session = session;
    sys::leyden_chat_open(out, model, &options, error)
}
