# SPDX-License-Identifier: Apache-2.0
"""Leyden from Python: models, chats over documents with streaming, the jar. Standard library only.

    import leyden
    with leyden.Model() as model, model.chat() as chat:
        chat.add_document("Log book", text)
        for event in chat.stream("When did the lamp go out?"):
            if event.kind == "text":
                print(event.text, end="", flush=True)

Objects are context managers; close() may be called early and twice. Failures raise LeydenError. One
chat serves one call at a time; different objects may be used from different threads.
"""
import json

from . import _abi
from ._calls import Cancel, LeydenError, Owned, call, out, out_text, run_options, text_argument, text_field
from ._calls import library as _library
from .chat import Answer, Chat, Event, ask_library
from .files import File, Image
from .store import Store, default_store_path, repair_store
from .tools import Approval, Toolbox, ToolCall

__all__ = ["Answer", "Approval", "Cancel", "Chat", "Event", "File", "Image", "LeydenError", "Model",
           "Sampling", "Store", "Tokenizer", "ToolCall", "Toolbox", "abi", "default_model_path", "default_store_path",
           "devices", "has", "model_info", "plan", "repair_store", "version"]


def version():
    """Of the library that runs, e.g. "0.1.0"."""
    return _abi.string_at(_library().leyden_version()).decode()


def has(feature):
    """Whether the library has a feature, e.g. "chat/evidence"."""
    return bool(_library().leyden_has(feature.encode()))


def default_model_path():
    return out_text(_library().leyden_default_model_path)


def model_info(folder):
    """What a model folder holds, without reading its weights: a dictionary."""
    return json.loads(out_text(_library().leyden_model_info_json, *text_argument(folder)))


def abi():
    """The number of the C interface of the library that runs."""
    return _library().leyden_abi()


def devices():
    """What a model can compute on here: {"devices": [{"id", "name", "usable", ...}], "no_cuda"}."""
    return json.loads(out_text(_library().leyden_devices_json))


_PRECISIONS = {None: 0, "deployed": _abi.LEYDEN_PRECISION_DEPLOYED, "reference": _abi.LEYDEN_PRECISION_REFERENCE}
_ATTENTIONS = {None: 0, "dsa": _abi.LEYDEN_ATTENTION_DSA, "dense": _abi.LEYDEN_ATTENTION_DENSE}
_FORMS = {None: _abi.LEYDEN_FORM_AUTO, "mqa": _abi.LEYDEN_FORM_MQA, "mha": _abi.LEYDEN_FORM_MHA}


def plan(folder=None, *, context=0, sessions=0, gpu_bytes=(), host_bytes=0, chunk_tokens=0, precision=None,
         attention=None):
    """Whether a model fits and what would, from its config.json: {"fits", "max_context", "advice", ...}.

    gpu_bytes: the memory of each GPU; none: planned for the CPU. 0 is a default everywhere."""
    options = _abi.leyden_plan_options(
        struct_size=_abi.sizeof(_abi.leyden_plan_options), context=context, sessions=sessions,
        precision=_PRECISIONS[precision], attention=_ATTENTIONS[attention], chunk_tokens=chunk_tokens,
        host_bytes=host_bytes, n_gpus=len(gpu_bytes),
        gpu_bytes=(_abi.c_uint64 * len(gpu_bytes))(*gpu_bytes) if gpu_bytes else None)
    return json.loads(out_text(_library().leyden_plan_json, *text_argument(folder or default_model_path()),
                               _abi.byref(options)))


class Sampling:
    """How the next token is chosen; all zero: always the likeliest. logit_bias: {id: added to its logit}."""

    def __init__(self, temperature=0.0, top_p=0.0, top_k=0, min_p=0.0, repetition_penalty=0.0,
                 presence_penalty=0.0, frequency_penalty=0.0, seed=0, logit_bias=None):
        biases = [_abi.leyden_logit_bias(id=i, bias=b) for i, b in (logit_bias or {}).items()]
        self.options = _abi.leyden_sampling(
            struct_size=_abi.sizeof(_abi.leyden_sampling), temperature=temperature, top_p=top_p,
            top_k=top_k, min_p=min_p, repetition_penalty=repetition_penalty,
            presence_penalty=presence_penalty, frequency_penalty=frequency_penalty, seed=seed,
            logit_bias=(_abi.leyden_logit_bias * len(biases))(*biases) if biases else None,
            n_logit_bias=len(biases))


class Tokenizer(Owned):
    """A vocabulary with its rules. Immutable; any thread."""
    _destroy = "leyden_tokenizer_destroy"

    @classmethod
    def open(cls, folder):
        """Reads a model folder's tokenizer.json and no weights."""
        return cls(out(_library().leyden_tokenizer_open, *text_argument(folder)))

    @property
    def vocab_size(self):
        return _library().leyden_tokenizer_vocab_size(self._handle)

    def encode(self, text, match_added=False):
        """Ids of a text. match_added: "<think>" and the like become their token."""
        ids = out(_library().leyden_tokenizer_encode, self._handle, *text_argument(text),
                  _abi.LEYDEN_ADDED_MATCH if match_added else _abi.LEYDEN_ADDED_IGNORE)
        try:
            n = _library().leyden_ids_size(ids)
            return list(_library().leyden_ids_data(ids)[:n]) if n else []
        finally:
            _library().leyden_ids_destroy(ids)

    def decode(self, ids):
        """The bytes of some ids; they may begin or end inside a character."""
        return out_text(_library().leyden_tokenizer_decode, self._handle,
                        (_abi.c_int32 * len(ids))(*ids), len(ids), raw=True)


class Model(Owned):
    """An opened model. Any thread. What was made from it keeps it alive."""
    _destroy = "leyden_model_destroy"

    def __init__(self, folder=None, *, threads=0, kv_bytes=0, store=None, device="cpu", precision=None,
                 attention=None, form=None, chunk_tokens=0, store_bytes=0, chat_format=None,
                 on_progress=None, cancel=None):
        """Opens a folder (None: the default model) on a device, "cpu", "cuda" or "cuda:N".

        store: a Store where what the model reads is kept. precision: "deployed", "reference". attention: "dsa",
        "dense". form: "mqa", "mha". The others as in leyden_model_options.
        on_progress(phase, done, total, unit, eta_s).
        """
        place, spelling = device.encode(), (chat_format or "").encode()
        options = _abi.leyden_model_options(
            struct_size=_abi.sizeof(_abi.leyden_model_options), precision=_PRECISIONS[precision],
            attention=_ATTENTIONS[attention], form=_FORMS[form], threads=threads, chunk_tokens=chunk_tokens,
            kv_bytes=kv_bytes, store_bytes=store_bytes, device=text_field(place), device_size=len(place),
            chat_format=text_field(spelling) if spelling else None, chat_format_size=len(spelling))
        if store is not None:
            options.store = store.handle
        with call.callbacks(cancel) as callbacks:
            options.on_progress = callbacks.progress(on_progress)
            options.cancel = callbacks.cancel
            super().__init__(out(_library().leyden_model_open,
                                 *text_argument(folder or default_model_path()), _abi.byref(options)))

    @property
    def vocab_size(self):
        return _library().leyden_model_vocab_size(self._handle)

    @property
    def stats(self):
        return json.loads(out_text(_library().leyden_model_stats_json, self._handle))

    def tokenizer(self):
        return Tokenizer(out(_library().leyden_model_tokenizer, self._handle))

    def chat(self, session=0):
        """A new chat; with a session of the model's store, one that is kept and comes back."""
        return Chat(self, session)

    def ask(self, question, toolbox, on_event=None, cancel=None, *, mode="auto", context_tokens=0, **options):
        """A question over all documents of the toolbox's library, however many: an Answer whose
        details["reading"] says how they were read and where each claim stands (leyden_toolbox_ask). mode:
        "auto", "whole", "pages" or "map". Options as Chat.ask()."""
        return ask_library(self, toolbox, question, on_event, cancel, mode=mode,
                           context_tokens=context_tokens, **options)

    def generate(self, ids, *, max_tokens=0, stop_ids=(), sampling=None, on_token=None, on_progress=None,
                 cancel=None):
        """Continues token ids: (new ids, details). on_token(id, position) may return True to stop."""
        n_stop = len(stop_ids)
        options = _abi.leyden_generate_options(
            struct_size=_abi.sizeof(_abi.leyden_generate_options), max_tokens=max_tokens,
            stop_ids=(_abi.c_int32 * n_stop)(*stop_ids) if n_stop else None, n_stop_ids=n_stop,
            sampling=_abi.pointer(sampling.options) if sampling else None)
        with call.callbacks(cancel) as callbacks:
            options.on_token = callbacks.token(on_token)
            options.on_progress = callbacks.progress(on_progress)
            options.cancel = callbacks.cancel
            result = out(_library().leyden_model_generate, self._handle,
                         (_abi.c_int32 * len(ids))(*ids), len(ids), _abi.byref(options))
        try:
            details = json.loads(out_text(_library().leyden_generation_json, result))
        finally:
            _library().leyden_generation_destroy(result)
        return details["ids"], details

    def logits(self, ids, *, on_progress=None, cancel=None):
        """Logits of every position, teacher-forced: a list of rows of floats."""
        rows = []
        with call.callbacks(cancel) as callbacks:
            options = _abi.leyden_run_options(struct_size=_abi.sizeof(_abi.leyden_run_options),
                                              on_progress=callbacks.progress(on_progress),
                                              cancel=callbacks.cancel)
            call(_library().leyden_model_logits, self._handle, (_abi.c_int32 * len(ids))(*ids),
                 len(ids), callbacks.logits(rows), None, _abi.byref(options))
        return rows

    def index_recall(self, ids, stride=1, *, on_progress=None, cancel=None):
        """How much of a full attention's mass the indexer's selection holds: {"rows", "layers"}."""
        with run_options(on_progress, cancel) as options:
            return json.loads(out_text(_library().leyden_model_index_recall_json, self._handle,
                                       (_abi.c_int32 * len(ids))(*ids), len(ids), stride, options))
