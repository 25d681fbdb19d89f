// SPDX-License-Identifier: Apache-2.0
//! Declarations of `leyden.h`, as they are. The crate `leyden` is the safe way to use them.
#![allow(non_camel_case_types)]

mod ffi;
pub use ffi::*;
