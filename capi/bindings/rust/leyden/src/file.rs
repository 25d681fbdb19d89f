// SPDX-License-Identifier: Apache-2.0
//! Document files, read in a sandboxed process: pages as text, boxes and pictures.
use crate::call::{handle_from, options, utf8};
use crate::watch::check_revision;
use crate::{Cancel, File, Image, Result};
use leyden_sys as sys;
use std::ptr::null_mut;
use std::slice;

impl Image {
    /// Rows from the top, each pixel B, G, R, A, premultiplied.
    pub fn data(&self) -> &[u8] {
        let bytes = self.stride() * self.height() as usize;
        unsafe { slice::from_raw_parts(sys::leyden_image_data(self.0), bytes) }
    }
}

impl File {
    /// `allow_unsandboxed`: go on where the system offers no sandbox. `cancel`: of every call on the file.
    pub fn open(path: &str, allow_unsandboxed: bool, cancel: Option<&Cancel>) -> Result<Self> {
        check_revision()?;
        let (data, size) = utf8(path);
        let mut c = options!(leyden_file_options);
        c.allow_unsandboxed = allow_unsandboxed.into();
        c.cancel = cancel.map_or(null_mut(), Cancel::handle);
        handle_from(|out, error| unsafe { sys::leyden_file_open(out, data, size, &c, error) })
            .map(|file| Self(file, cancel.cloned()))
    }
    /// A picture of a page of a file with layout, `scale` pixels a point.
    pub fn image(&mut self, page: u32, scale: f64) -> Result<Image> {
        handle_from(|out, error| unsafe {
            sys::leyden_file_page_image(out, self.0, page, scale, error)
        })
        .map(Image)
    }
}
