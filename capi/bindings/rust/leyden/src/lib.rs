// SPDX-License-Identifier: Apache-2.0
//! Leyden from Rust: all of `leyden.h`, as safe calls. Chats over documents with streaming, the jar,
//! tools, token ids and logits.
//!
//! ```no_run
//! let model = leyden::Model::open(None, Default::default())?;
//! let mut chat = model.chat(0, Default::default())?;
//! chat.add_document("Log book", "The lamp went out at nine.")?;
//! let answer = chat.ask("When did the lamp go out?", &Default::default(), |event| {
//!     if let leyden::Event::Text(text) = event {
//!         print!("{text}");
//!     }
//! })?;
//! # let _ = answer;
//! # Ok::<(), leyden::Error>(())
//! ```
mod call;
mod chat;
mod file;
mod handles;
mod model;
mod store;
mod tools;
mod watch;

use leyden_sys as sys;

pub use call::Error;
pub use chat::{Answer, AskOptions, ReadingOptions, RunLimits};
pub use handles::{
    default_model_path, default_store_path, devices_json, model_info_json, Chat, File, Image, Model,
    Store, Tokenizer, Toolbox,
};
pub use leyden_sys::{
    LEYDEN_ADDED_IGNORE, LEYDEN_ADDED_MATCH, LEYDEN_ATTENTION_DENSE, LEYDEN_ATTENTION_DSA, LEYDEN_FORM_MHA,
    LEYDEN_FORM_MQA, LEYDEN_PRECISION_DEPLOYED, LEYDEN_PRECISION_REFERENCE, LEYDEN_READING_AUTO, LEYDEN_READING_MAP,
    LEYDEN_READING_PAGES, LEYDEN_READING_WHOLE, LEYDEN_TOOL_DESTRUCTIVE,
    LEYDEN_TOOL_NETWORK, LEYDEN_TOOL_READ_ONLY, LEYDEN_TRANSCRIPT_JSON, LEYDEN_TRANSCRIPT_MARKDOWN,
};
pub use model::{plan_json, GenerateOptions, Generation, ModelOptions, PlanOptions, Sampling};
pub use store::{repair_store_json, StoreOptions};
pub use tools::{Approval, Approve, Tool, ToolCall};
pub use watch::{Cancel, Event, OnProgress, OnToken, Progress, RunOptions};
pub type Result<T> = std::result::Result<T, Error>;

/// The library's version, e.g. "0.1.0".
pub fn version() -> &'static str {
    unsafe { call::terminated(sys::leyden_version()) }
}

/// The number of the C interface of the library that runs.
pub fn abi() -> u32 {
    unsafe { sys::leyden_abi() }
}

/// Whether the library that runs has a feature, e.g. "chat/evidence".
pub fn has(feature: &str) -> bool {
    std::ffi::CString::new(feature).map_or(false, |name| unsafe { sys::leyden_has(name.as_ptr()) != 0 })
}
