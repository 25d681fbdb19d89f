// SPDX-License-Identifier: Apache-2.0
//! Opening and repairing the jar.
use crate::call::{handle_from, options, string_from, utf8};
use crate::watch::check_revision;
use crate::{Result, Store};
use leyden_sys as sys;

/// How a jar is opened; the default is what most want.
#[derive(Default)]
pub struct StoreOptions<'a> {
    /// Encrypts a new jar, opens an encrypted one; "": not encrypted.
    pub passphrase: &'a str,
    pub read_only: bool,
    /// Most bytes of KV kept; 0: no limit.
    pub quota_bytes: u64,
}
impl StoreOptions<'_> {
    /// Valid while the passphrase is.
    fn c(&self) -> sys::leyden_store_options {
        let mut c = options!(leyden_store_options);
        c.read_only = self.read_only.into();
        (c.passphrase, c.passphrase_size) = utf8(self.passphrase);
        c.quota_bytes = self.quota_bytes;
        c
    }
}

/// Rebuilds a jar that nobody has open: JSON, see `leyden_store_repair_json`.
pub fn repair_store_json(folder: &str, options: &StoreOptions) -> Result<String> {
    let ((data, size), c) = (utf8(folder), options.c());
    string_from(|out, error| unsafe { sys::leyden_store_repair_json(out, data, size, &c, error) })
}

impl Store {
    /// Opens or makes a folder ("": the user's own jar).
    pub fn open(folder: &str, options: &StoreOptions) -> Result<Self> {
        check_revision()?;
        let ((data, size), c) = (utf8(folder), options.c());
        handle_from(|out, error| unsafe { sys::leyden_store_open(out, data, size, &c, error) })
            .map(Self)
    }
}
