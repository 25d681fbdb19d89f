// SPDX-License-Identifier: Apache-2.0
//! Models: opening, planning, token ids and logits.
use crate::call::{check, copied, handle_from, list, options, string_from, utf8};
use crate::watch::{check_revision, watched, Watch};
use crate::{
    default_model_path, Cancel, Chat, Model, OnProgress, OnToken, Result, RunOptions, Store, Tokenizer,
};
use leyden_sys as sys;
use std::ptr::null_mut;

/// What a memory plan is made for; zero is the default of each.
#[derive(Default)]
pub struct PlanOptions<'a> {
    /// Of `LEYDEN_PRECISION_*`, `LEYDEN_ATTENTION_*`.
    pub precision: i32,
    pub attention: i32,
    pub context: i64,
    pub sessions: i64,
    pub chunk_tokens: i64,
    /// Memory of each GPU; empty: the CPU.
    pub gpu_bytes: &'a [u64],
    pub host_bytes: u64,
}

/// Whether a model fits and what would (`None`: the default model): JSON, see `leyden_plan_json`.
pub fn plan_json(folder: Option<&str>, options: &PlanOptions) -> Result<String> {
    let folder = folder.map_or_else(default_model_path, |f| Ok(f.to_string()))?;
    let (data, size) = utf8(&folder);
    let mut c = options!(leyden_plan_options);
    c.precision = options.precision;
    c.attention = options.attention;
    c.context = options.context;
    c.sessions = options.sessions;
    c.chunk_tokens = options.chunk_tokens;
    c.host_bytes = options.host_bytes;
    (c.gpu_bytes, c.n_gpus) = list(options.gpu_bytes);
    string_from(|out, error| unsafe { sys::leyden_plan_json(out, data, size, &c, error) })
}

/// How a model is opened; the default is what most want.
#[derive(Default)]
pub struct ModelOptions<'a> {
    /// Of `LEYDEN_PRECISION_*`, `LEYDEN_ATTENTION_*`, `LEYDEN_FORM_*`.
    pub precision: i32,
    pub attention: i32,
    pub form: i32,
    pub threads: i32,
    pub chunk_tokens: i64,
    pub kv_bytes: u64,
    pub store_bytes: u64,
    pub chat_format: &'a str,
    /// "cpu", "cuda", "cuda:N"; "": cpu.
    pub device: &'a str,
    pub store: Option<&'a Store>,
    /// On progress of loading, and its cancel.
    pub run: RunOptions<'a>,
}

/// How the next token is chosen; all zero: always the likeliest.
#[derive(Default, Clone)]
pub struct Sampling {
    pub temperature: f32,
    pub top_p: f32,
    pub top_k: i32,
    pub min_p: f32,
    pub repetition_penalty: f32,
    pub presence_penalty: f32,
    pub frequency_penalty: f32,
    pub seed: u64,
    /// Added to the logits of some ids.
    pub logit_bias: Vec<(i32, f32)>,
}
impl Sampling {
    pub(crate) fn biases(&self) -> Vec<sys::leyden_logit_bias> {
        self.logit_bias.iter().map(|&(id, bias)| sys::leyden_logit_bias { id, bias }).collect()
    }
    /// Valid while the biases are.
    pub(crate) fn c(&self, biases: &[sys::leyden_logit_bias]) -> sys::leyden_sampling {
        let mut c = options!(leyden_sampling);
        c.temperature = self.temperature;
        c.top_p = self.top_p;
        c.top_k = self.top_k;
        c.min_p = self.min_p;
        c.repetition_penalty = self.repetition_penalty;
        c.presence_penalty = self.presence_penalty;
        c.frequency_penalty = self.frequency_penalty;
        c.seed = self.seed;
        (c.logit_bias, c.n_logit_bias) = list(biases);
        c
    }
}

/// How token ids are continued.
#[derive(Default)]
pub struct GenerateOptions<'a> {
    /// 0: as many as fit the context.
    pub max_tokens: i64,
    pub stop_ids: &'a [i32],
    pub sampling: Sampling,
    pub on_token: Option<OnToken<'a>>,
    pub on_progress: Option<OnProgress<'a>>,
    pub cancel: Option<&'a Cancel>,
}

/// `json` is everything (`leyden_generation_json`).
pub struct Generation {
    pub ids: Vec<i32>,
    pub json: String,
}

fn take_generation(made: *mut sys::leyden_generation) -> Result<Generation> {
    unsafe {
        let mut n = 0;
        let ids = copied(sys::leyden_generation_ids(made, &mut n), n);
        let json = string_from(|out, error| sys::leyden_generation_json(out, made, error));
        sys::leyden_generation_destroy(made);
        json.map(|json| Generation { ids, json })
    }
}

impl Tokenizer {
    /// Reads a model folder's tokenizer.json and no weights.
    pub fn open(folder: &str) -> Result<Self> {
        check_revision()?;
        let (data, size) = utf8(folder);
        handle_from(|out, error| unsafe { sys::leyden_tokenizer_open(out, data, size, error) })
            .map(Self)
    }
}

impl Model {
    /// Opens a folder; `None` is the default model.
    pub fn open(folder: Option<&str>, options: ModelOptions) -> Result<Self> {
        check_revision()?;
        let folder = folder.map_or_else(default_model_path, |f| Ok(f.to_string()))?;
        let (data, size) = utf8(&folder);
        let mut c = options!(leyden_model_options);
        c.precision = options.precision;
        c.attention = options.attention;
        c.form = options.form;
        c.threads = options.threads;
        c.chunk_tokens = options.chunk_tokens;
        c.kv_bytes = options.kv_bytes;
        c.store_bytes = options.store_bytes;
        (c.chat_format, c.chat_format_size) = utf8(options.chat_format);
        (c.device, c.device_size) = utf8(options.device);
        c.store = options.store.map_or(null_mut(), |s| s.0);
        watched(options.run, |run| unsafe {
            c.on_progress = (*run).on_progress;
            c.user_data = (*run).user_data;
            c.cancel = (*run).cancel;
            handle_from(|out, error| sys::leyden_model_open(out, data, size, &c, error)).map(Self)
        })
    }
    pub fn tokenizer(&self) -> Result<Tokenizer> {
        handle_from(|out, error| unsafe { sys::leyden_model_tokenizer(out, self.0, error) })
            .map(Tokenizer)
    }
    /// A new chat; with a session of the model's store, one that is kept and comes back. 0: not kept.
    pub fn chat(&self, session: i64, run: RunOptions) -> Result<Chat> {
        let mut c = options!(leyden_chat_options);
        c.session = session;
        watched(run, |run| unsafe {
            c.on_progress = (*run).on_progress;
            c.user_data = (*run).user_data;
            c.cancel = (*run).cancel;
            handle_from(|out, error| sys::leyden_chat_open(out, self.0, &c, error)).map(Chat)
        })
    }
    /// Continues token ids.
    pub fn generate(&self, ids: &[i32], options: GenerateOptions) -> Result<Generation> {
        let mut watch = Watch::new(options.cancel)?;
        watch.on_token = options.on_token;
        watch.on_progress = options.on_progress;
        let biases = options.sampling.biases();
        let sampling = options.sampling.c(&biases);
        let mut c = options!(leyden_generate_options);
        c.sampling = &sampling;
        c.max_tokens = options.max_tokens;
        (c.stop_ids, c.n_stop_ids) = list(options.stop_ids);
        c.on_token = watch.token();
        c.on_progress = watch.progress();
        c.user_data = watch.data();
        c.cancel = watch.cancel();
        let (data, n) = list(ids);
        let made = handle_from(|out, error| unsafe {
            sys::leyden_model_generate(out, self.0, data, n, &c, error)
        });
        watch.finish(made.and_then(take_generation))
    }
    /// Logits of every position, teacher-forced: `take` is handed a row for each id, in order, on
    /// another thread.
    pub fn logits(&self, ids: &[i32], mut take: impl FnMut(&[f32]) + Send, run: RunOptions) -> Result<()> {
        let mut watch = Watch::new(run.cancel)?;
        watch.on_logits = Some(&mut take);
        watch.on_progress = run.on_progress;
        let mut c = options!(leyden_run_options);
        c.on_progress = watch.progress();
        c.user_data = watch.data();
        c.cancel = watch.cancel();
        let ((data, n), sink, user) = (list(ids), watch.logits(), watch.data());
        let done =
            check(|error| unsafe { sys::leyden_model_logits(self.0, data, n, sink, user, &c, error) });
        watch.finish(done)
    }
}
