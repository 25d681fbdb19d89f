// SPDX-License-Identifier: Apache-2.0
//! Document files, read in a sandboxed process: pages as text, boxes and pictures.
use crate::call::{check, string_from, text};
use crate::Result;
use leyden_sys as sys;
use std::ptr::null_mut;

/// A picture of a page: rows from the top, each pixel B, G, R, A, premultiplied.
pub struct Image {
    pub width: u32,
    pub height: u32,
    /// Bytes from one row to the next.
    pub stride: usize,
    pub data: Vec<u8>,
}

/// A PDF, DOCX, EPUB, HTML, Markdown or text file.
pub struct File(*mut sys::leyden_file);
unsafe impl Send for File {}
impl Drop for File {
    fn drop(&mut self) {
        unsafe { sys::leyden_file_destroy(self.0) }
    }
}
impl File {
    /// `allow_unsandboxed`: go on where the system offers no sandbox.
    pub fn open(path: &str, allow_unsandboxed: bool) -> Result<Self> {
        let (data, size) = text(path);
        let mut c: sys::leyden_file_options = unsafe { std::mem::zeroed() };
        c.struct_size = std::mem::size_of_val(&c) as u32;
        c.allow_unsandboxed = allow_unsandboxed.into();
        let mut handle = null_mut();
        check(|error| unsafe { sys::leyden_file_open(&mut handle, data, size, &c, error) })?;
        Ok(Self(handle))
    }
    /// See `leyden_file_info_json`.
    pub fn info_json(&mut self) -> Result<String> {
        string_from(|out, error| unsafe { sys::leyden_file_info_json(out, self.0, error) })
    }
    /// A page's text and the boxes of its words, see `leyden_file_page_json`.
    pub fn page_json(&mut self, page: u32) -> Result<String> {
        string_from(|out, error| unsafe { sys::leyden_file_page_json(out, self.0, page, error) })
    }
    /// All of it, as `Store::add_document_json` takes it.
    pub fn document_json(&mut self) -> Result<String> {
        string_from(|out, error| unsafe { sys::leyden_file_document_json(out, self.0, error) })
    }
    /// A picture of a page of a file with layout, `scale` pixels a point.
    pub fn image(&mut self, page: u32, scale: f64) -> Result<Image> {
        let mut image = null_mut();
        check(|error| unsafe {
            sys::leyden_file_page_image(&mut image, self.0, page, scale, error)
        })?;
        unsafe {
            let (height, stride) = (sys::leyden_image_height(image), sys::leyden_image_stride(image));
            let bytes = stride * height as usize;
            let data = std::slice::from_raw_parts(sys::leyden_image_data(image), bytes).to_vec();
            let width = sys::leyden_image_width(image);
            sys::leyden_image_destroy(image);
            Ok(Image { width, height, stride, data })
        }
    }
}
