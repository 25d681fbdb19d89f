// SPDX-License-Identifier: Apache-2.0
//! Between Rust and the C calls: errors, owned texts and lists.
use leyden_sys as sys;
use std::ffi::CStr;
use std::os::raw::c_char;
use std::ptr::{null, null_mut};
use std::slice;

type CError = *mut *mut sys::leyden_error;

/// A failed call: a `LEYDEN_E_*` number and one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    pub code: i32,
    pub message: String,
}
impl Error {
    /// Stable spelling of the code, e.g. "not_found".
    pub fn name(&self) -> &'static str {
        unsafe { terminated(sys::leyden_status_name(self.code)) }
    }
}
impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}
impl std::error::Error for Error {}

pub(crate) fn check(call: impl FnOnce(CError) -> i32) -> Result<(), Error> {
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

/// A text as C takes it; an empty one is NULL, which means the default wherever there is one.
pub(crate) fn utf8(text: &str) -> (*const c_char, usize) {
    (if text.is_empty() { null() } else { text.as_ptr().cast() }, text.len())
}

/// A list as C takes it; NULL when it is empty.
pub(crate) fn list<T>(items: &[T]) -> (*const T, usize) {
    (if items.is_empty() { null() } else { items.as_ptr() }, items.len())
}

/// Options of C with their size set and every default.
pub(crate) fn sized<T>(set_size: impl FnOnce(&mut T) -> &mut u32) -> T {
    let mut options: T = unsafe { std::mem::zeroed() };
    *set_size(&mut options) = std::mem::size_of::<T>() as u32;
    options
}

/// Like `sized`, for a struct of `leyden_sys` by its name.
macro_rules! options {
    ($name:ident) => {
        crate::call::sized(|c: &mut leyden_sys::$name| &mut c.struct_size)
    };
}
pub(crate) use options;

pub(crate) unsafe fn owned(data: *const c_char, size: usize) -> String {
    borrowed(data, size).to_string()
}

/// A text that C lends; "" for NULL.
pub(crate) unsafe fn borrowed<'a>(data: *const c_char, size: usize) -> &'a str {
    if data.is_null() {
        return "";
    }
    std::str::from_utf8(slice::from_raw_parts(data.cast(), size)).unwrap_or("")
}

/// The same for one that ends with a NUL.
pub(crate) unsafe fn terminated<'a>(text: *const c_char) -> &'a str {
    if text.is_null() { "" } else { CStr::from_ptr(text).to_str().unwrap_or("") }
}

pub(crate) fn number_from<T: Default>(
    call: impl FnOnce(*mut T, CError) -> i32,
) -> Result<T, Error> {
    let mut number = T::default();
    check(|error| call(&mut number, error)).map(|()| number)
}

pub(crate) fn handle_from<T>(call: impl FnOnce(*mut *mut T, CError) -> i32) -> Result<*mut T, Error> {
    let mut handle = null_mut();
    check(|error| call(&mut handle, error)).map(|()| handle)
}

pub(crate) fn bytes_from(
    call: impl FnOnce(*mut *mut sys::leyden_string, CError) -> i32,
) -> Result<Vec<u8>, Error> {
    let string = handle_from(call)?;
    unsafe {
        let data = sys::leyden_string_data(string).cast();
        let bytes = slice::from_raw_parts(data, sys::leyden_string_size(string)).to_vec();
        sys::leyden_string_destroy(string);
        Ok(bytes)
    }
}

pub(crate) fn string_from(
    call: impl FnOnce(*mut *mut sys::leyden_string, CError) -> i32,
) -> Result<String, Error> {
    bytes_from(call).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// A copy of numbers that C lends; empty for NULL.
pub(crate) unsafe fn copied(data: *const i32, n: usize) -> Vec<i32> {
    if data.is_null() { Vec::new() } else { slice::from_raw_parts(data, n).to_vec() }
}

pub(crate) fn ids_from(
    call: impl FnOnce(*mut *mut sys::leyden_ids, CError) -> i32,
) -> Result<Vec<i32>, Error> {
    let list = handle_from(call)?;
    unsafe {
        let ids = copied(sys::leyden_ids_data(list), sys::leyden_ids_size(list));
        sys::leyden_ids_destroy(list);
        Ok(ids)
    }
}
