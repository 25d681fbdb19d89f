// SPDX-License-Identifier: Apache-2.0
//! Document files, read in a sandboxed process: pages as text, boxes and pictures.
use crate::call::{handle_from, options, utf8};
use crate::watch::{check_revision, told_progress, OnProgress, Watch};
use crate::{Cancel, File, Image, Result};
use leyden_sys as sys;
use std::ffi::c_void;
use std::ptr::{addr_of_mut, null_mut};
use std::slice;
use std::sync::atomic::{AtomicPtr, Ordering};

impl Image {
    /// Rows from the top, each pixel B, G, R, A, premultiplied.
    pub fn data(&self) -> &[u8] {
        let bytes = self.stride() * self.height() as usize;
        unsafe { slice::from_raw_parts(sys::leyden_image_data(self.0), bytes) }
    }
}

/// What C keeps of a file's options: a cancel for every call, and the call that wants its progress.
pub(crate) struct Listener {
    cancel: Cancel,
    call: AtomicPtr<c_void>,
}

unsafe extern "C" fn told_listener(progress: *const sys::leyden_progress, data: *mut c_void) {
    let call = (*data.cast::<Listener>()).call.load(Ordering::Acquire);
    if !call.is_null() {
        told_progress(progress, call);
    }
}

impl File {
    /// `allow_unsandboxed`: go on where the system offers no sandbox. `cancel`: of every call on the file.
    pub fn open(path: &str, allow_unsandboxed: bool, cancel: Option<&Cancel>) -> Result<Self> {
        check_revision()?;
        let (data, size) = utf8(path);
        let mut c = options!(leyden_file_options);
        c.allow_unsandboxed = allow_unsandboxed.into();
        let cancel = cancel.map_or_else(Cancel::new, |c| Ok(c.clone()))?;
        let mut listener = Box::new(Listener { cancel, call: AtomicPtr::new(null_mut()) });
        c.cancel = listener.cancel.handle();
        c.on_progress = Some(told_listener);
        c.user_data = addr_of_mut!(*listener).cast();
        handle_from(|out, error| unsafe { sys::leyden_file_open(out, data, size, &c, error) })
            .map(|file| Self(file, listener))
    }
    /// Like `document_json`, which tells nobody. A panic of `on_progress` cancels what is done with the file.
    pub fn document_json_told(&mut self, on_progress: OnProgress) -> Result<String> {
        let mut watch = Watch::new(Some(&self.1.cancel))?;
        watch.on_progress = Some(on_progress);
        self.1.call.store(watch.data(), Ordering::Release);
        let document = self.document_json();
        self.1.call.store(null_mut(), Ordering::Release);
        watch.finish(document)
    }
    /// A picture of a page of a file with layout, `scale` pixels a point.
    pub fn image(&mut self, page: u32, scale: f64) -> Result<Image> {
        handle_from(|out, error| unsafe {
            sys::leyden_file_page_image(out, self.0, page, scale, error)
        })
        .map(Image)
    }
}
