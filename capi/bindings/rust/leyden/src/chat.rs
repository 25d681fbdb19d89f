// SPDX-License-Identifier: Apache-2.0
//! Questions and answers.
use crate::call::{handle_from, list, options, owned, string_from, utf8};
use crate::tools::Asked;
use crate::watch::Watch;
use crate::{Approval, Approve, Cancel, Chat, Event, Model, Result, Sampling, Toolbox};
use leyden_sys as sys;
use std::os::raw::c_char;

/// Where `Chat::run` ends; 0 is the default of each.
#[derive(Default, Clone, Copy)]
pub struct RunLimits {
    pub max_steps: i32,
    pub max_seconds: f64,
    /// Of one call of a tool.
    pub tool_seconds: f64,
    /// Of all steps together.
    pub max_tokens: i64,
}

/// How `Toolbox::ask` reads; 0 is the default of each.
#[derive(Default, Clone, Copy)]
pub struct ReadingOptions {
    /// Of `LEYDEN_READING_*`.
    pub mode: i32,
    /// Of one prompt with its answer.
    pub context_tokens: i64,
}

#[derive(Default)]
pub struct AskOptions<'a> {
    pub thinking: bool,
    /// 1: note where attention looked; 2: tell it while the answer is written, too.
    pub evidence: u8,
    pub constrain_references: bool,
    pub clamp_quotes: bool,
    pub max_tokens: i64,
    pub stop: &'a [&'a str],
    pub sampling: Sampling,
    /// A JSON Schema the answer satisfies; "": free.
    pub schema: &'a str,
    pub cancel: Option<&'a Cancel>,
    /// Of `Chat::run`.
    pub limits: RunLimits,
    /// Of `Toolbox::ask`.
    pub reading: ReadingOptions,
}

/// A finished answer; `json` is everything (`leyden_answer_json`).
pub struct Answer {
    pub text: String,
    pub thinking: String,
    pub finish_reason: String,
    pub json: String,
}

fn take_answer(answer: *mut sys::leyden_answer) -> Result<Answer> {
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

/// One call that writes an answer: its options and callbacks in C's terms.
fn write(
    o: &AskOptions,
    on_event: &mut dyn FnMut(Event),
    call: impl FnOnce(
        *const sys::leyden_ask_options,
        *mut *mut sys::leyden_answer,
        *mut *mut sys::leyden_error,
    ) -> i32,
) -> Result<Answer> {
    let mut watch = Watch::new(o.cancel)?;
    watch.on_event = Some(on_event);
    let stops: Vec<sys::leyden_text> =
        o.stop.iter().map(|s| utf8(s)).map(|(data, size)| sys::leyden_text { data, size }).collect();
    let biases = o.sampling.biases();
    let sampling = o.sampling.c(&biases);
    let mut c = options!(leyden_ask_options);
    c.thinking = o.thinking.into();
    c.evidence = o.evidence;
    c.constrain_references = o.constrain_references.into();
    c.clamp_quotes = o.clamp_quotes.into();
    c.max_tokens = o.max_tokens;
    (c.stop, c.n_stop) = list(&stops);
    c.sampling = &sampling;
    (c.schema, c.schema_size) = utf8(o.schema);
    c.on_event = watch.event();
    c.user_data = watch.data();
    c.cancel = watch.cancel();
    let taken = handle_from(|out, error| call(&c, out, error)).and_then(take_answer);
    watch.finish(taken)
}

impl Toolbox {
    /// A question over all documents of the library, however many. `json` of the answer has "reading"
    /// (`leyden_toolbox_ask`).
    pub fn ask(
        &self,
        model: &Model,
        question: &str,
        options: &AskOptions,
        mut on_event: impl FnMut(Event) + Send,
    ) -> Result<Answer> {
        let (data, size) = utf8(question);
        write(options, &mut on_event, |ask, out, error| unsafe {
            let mut c = options!(leyden_reading_options);
            c.mode = options.reading.mode;
            c.context_tokens = options.reading.context_tokens;
            c.ask = ask;
            sys::leyden_toolbox_ask(out, self.0, model.0, data, size, &c, error)
        })
    }
}

impl Chat {
    /// Asks; `on_event` is called on another thread, before this returns.
    pub fn ask(
        &mut self,
        question: &str,
        options: &AskOptions,
        mut on_event: impl FnMut(Event) + Send,
    ) -> Result<Answer> {
        let (data, size) = utf8(question);
        write(options, &mut on_event, |c, out, error| unsafe {
            sys::leyden_chat_ask(out, self.0, data, size, c, error)
        })
    }
    /// Answers the last answer's tool calls and lets the model go on. `json`: a list of texts.
    pub fn submit_tool_results_json(
        &mut self,
        json: &str,
        options: &AskOptions,
        mut on_event: impl FnMut(Event) + Send,
    ) -> Result<Answer> {
        let (data, size) = utf8(json);
        write(options, &mut on_event, |c, out, error| unsafe {
            sys::leyden_chat_submit_tool_results_json(out, self.0, data, size, c, error)
        })
    }
    /// Writes the last answer anew; a kept chat keeps the old one beside it.
    pub fn answer_again(
        &mut self,
        options: &AskOptions,
        mut on_event: impl FnMut(Event) + Send,
    ) -> Result<Answer> {
        write(options, &mut on_event, |c, out, error| unsafe {
            sys::leyden_chat_answer_again(out, self.0, c, error)
        })
    }
    /// Goes on with an answer of a kept chat that was interrupted or reached its limit.
    pub fn go_on(
        &mut self,
        options: &AskOptions,
        mut on_event: impl FnMut(Event) + Send,
    ) -> Result<Answer> {
        write(options, &mut on_event, |c, out, error| unsafe {
            sys::leyden_chat_continue(out, self.0, c, error)
        })
    }
    /// `ask` with tools. `approve` is called on this thread for calls that need the user's word.
    pub fn run(
        &mut self,
        question: &str,
        toolbox: &Toolbox,
        options: &AskOptions,
        mut approve: impl FnMut(&Approval) -> Approve,
        mut on_event: impl FnMut(Event) + Send,
    ) -> Result<Answer> {
        let (data, size) = utf8(question);
        let mut asked = Asked::new(&mut approve);
        let answer = write(options, &mut on_event, |ask, out, error| unsafe {
            let mut c = options!(leyden_agent_options);
            c.ask = ask;
            c.max_steps = options.limits.max_steps;
            c.max_seconds = options.limits.max_seconds;
            c.tool_seconds = options.limits.tool_seconds;
            c.max_tokens = options.limits.max_tokens;
            (c.approve, c.approve_data) = asked.callback();
            sys::leyden_chat_run(out, self.0, toolbox.0, data, size, &c, error)
        });
        asked.finish(answer)
    }
}
