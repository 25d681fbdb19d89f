# SPDX-License-Identifier: Apache-2.0
"""Chats over documents: asking, streaming, asyncio."""
import asyncio
import contextlib
import ctypes
import dataclasses
import json
import queue
import threading

from . import _abi
from ._calls import (Cancel, Owned, call, library, out, out_text, progress_values, run_options,
                     text_argument, text_field)
from .tools import approve_callback

_KINDS = {_abi.LEYDEN_EVENT_PREFILL: "prefill", _abi.LEYDEN_EVENT_THINKING: "thinking",
          _abi.LEYDEN_EVENT_TEXT: "text", _abi.LEYDEN_EVENT_TOOL_CALL: "tool_call",
          _abi.LEYDEN_EVENT_MALFORMED_CALL: "malformed_call", _abi.LEYDEN_EVENT_TOOL_RESULT: "tool_result",
          _abi.LEYDEN_EVENT_STEP: "step", _abi.LEYDEN_EVENT_EVIDENCE: "evidence",
          _abi.LEYDEN_EVENT_READING: "reading"}


@dataclasses.dataclass(frozen=True)
class Event:
    """What happens while an answer is written. kind: prefill, thinking, text, tool_call,
    malformed_call, tool_result, step, evidence, reading, or "other" for what a newer library tells."""
    kind: str
    text: str = ""
    name: str = ""
    done: int = 0
    total: int = 0
    eta_s: float = -1.0


@dataclasses.dataclass(frozen=True)
class Answer:
    """A finished answer. details: everything else, see leyden_answer_json."""
    text: str
    thinking: str
    finish_reason: str
    details: dict

    @property
    def evidence(self) -> list:
        return self.details["evidence"]

    @property
    def tool_calls(self) -> list:
        return self.details["tool_calls"]


def _event(pointer):
    e = pointer.contents
    kind = _KINDS.get(e.kind, "other")
    if e.progress:
        _, done, total, _, eta_s = progress_values(e.progress)
        return Event(kind, done=done, total=total, eta_s=eta_s)
    return Event(kind, ctypes.string_at(e.text, e.text_size).decode() if e.text else "",
                 ctypes.string_at(e.name, e.name_size).decode() if e.name else "")


def _answer(handle):
    try:
        details = json.loads(out_text(library().leyden_answer_json, handle))
    finally:
        library().leyden_answer_destroy(handle)
    return Answer(details["text"], details["thinking"], details["finish_reason"], details)


@contextlib.contextmanager
def _asking(on_event=None, cancel=None, *, thinking=False, evidence=False, constrain_references=False,
            clamp_quotes=False, max_tokens=0, stop=(), sampling=None, schema=None):
    """The options of one question, and its callbacks."""
    stops = [s.encode() for s in stop]
    listed = (_abi.leyden_text * len(stops))(
        *[_abi.leyden_text(data=text_field(s), size=len(s)) for s in stops])
    shape = json.dumps(schema).encode() if schema is not None else b""
    with call.callbacks(cancel) as callbacks:
        options = _abi.leyden_ask_options(
            struct_size=ctypes.sizeof(_abi.leyden_ask_options), thinking=thinking, evidence=evidence,
            constrain_references=constrain_references, clamp_quotes=clamp_quotes, max_tokens=max_tokens,
            stop=listed if stops else None, n_stop=len(stops), cancel=callbacks.cancel,
            schema=text_field(shape) if shape else None, schema_size=len(shape))
        if sampling:
            options.sampling = ctypes.pointer(sampling.options)
        if on_event:
            options.on_event = callbacks.made(_abi.leyden_event_fn, lambda e, _: on_event(_event(e)))
        yield options, callbacks


_MODES = {"auto": _abi.LEYDEN_READING_AUTO, "whole": _abi.LEYDEN_READING_WHOLE,
          "pages": _abi.LEYDEN_READING_PAGES, "map": _abi.LEYDEN_READING_MAP}


def ask_library(model, toolbox, question, on_event=None, cancel=None, *, mode="auto", context_tokens=0, **options):
    """Model.ask()."""
    with _asking(on_event, cancel, **options) as (asking, _):
        reading = _abi.leyden_reading_options(
            struct_size=ctypes.sizeof(_abi.leyden_reading_options), mode=_MODES[mode],
            context_tokens=context_tokens, ask=ctypes.pointer(asking))
        return _answer(out(library().leyden_toolbox_ask, toolbox.handle, model.handle, *text_argument(question),
                           ctypes.byref(reading)))


class _Stream:
    """Iterates over the events of a call that runs on a thread of its own; `answer` is there at the
    end. Leaving the loop early, or close(), cancels the call."""

    def __init__(self, run):
        self.answer = None
        self._cancel = Cancel()
        self._events = queue.SimpleQueue()
        self._failure = None
        self._thread = threading.Thread(target=self._work, args=(run,), daemon=True)
        self._thread.start()

    def _work(self, run):
        try:
            self.answer = run(self._events.put, self._cancel)
        except BaseException as error:  # noqa: BLE001 - raised where the events are taken
            self._failure = error
        self._events.put(None)

    def __iter__(self):
        return self

    def __next__(self):
        event = self._events.get() if self._thread else None
        if event is not None:
            return event
        self._join()
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        raise StopIteration

    def _join(self):
        if self._thread:
            self._thread.join()
            self._thread = None

    def close(self):
        self._cancel.request()
        self._join()

    def __del__(self):
        if getattr(self, "_thread", None):
            self.close()


class Chat(Owned):
    """Documents, history and what the model has read of them. One call at a time."""
    _destroy = "leyden_chat_destroy"

    def __init__(self, model, session=0, on_progress=None, cancel=None):
        with call.callbacks(cancel) as callbacks:
            options = _abi.leyden_chat_options(struct_size=ctypes.sizeof(_abi.leyden_chat_options),
                                               session=session, cancel=callbacks.cancel,
                                               on_progress=callbacks.progress(on_progress))
            super().__init__(out(library().leyden_chat_open, model.handle, ctypes.byref(options)))

    @property
    def session(self):
        """The id of its session; 0 when it is not kept."""
        return library().leyden_chat_session(self.handle)

    @property
    def resume(self):
        """How its session came back: {"kind", "restored_tokens", "reason", "notices", ...}"""
        return json.loads(out_text(library().leyden_chat_resume_json, self.handle))

    def verify(self, on_progress=None, cancel=None):
        """Reads everything once more, apart, and compares with what was kept: a dictionary."""
        with run_options(on_progress, cancel) as options:
            return json.loads(out_text(library().leyden_chat_verify_json, self.handle, options))

    def go_to(self, message):
        """The next question becomes a child of this message of a kept chat; 0: of the beginning."""
        call(library().leyden_chat_go_to, self.handle, message)

    def add_document(self, title, text):
        """Adds a document before the first question; its number."""
        return out(library().leyden_chat_add_document, self.handle, *text_argument(title),
                   *text_argument(text), kind=ctypes.c_size_t)

    def add_stored_document(self, document):
        """Adds a document of the jar to a kept chat, before the first question; its number."""
        return out(library().leyden_chat_add_stored_document, self.handle, document, kind=ctypes.c_size_t)

    def set_system(self, text):
        call(library().leyden_chat_set_system, self.handle, *text_argument(text))

    def set_tools(self, tools):
        """[{"type": "function", "function": {"name", "description", "parameters"}}]"""
        call(library().leyden_chat_set_tools_json, self.handle, *text_argument(json.dumps(tools)))

    def prefill(self, on_progress=None, cancel=None):
        """Reads the documents now. on_progress(phase, done, total, unit, eta_s)."""
        with run_options(on_progress, cancel) as options:
            call(library().leyden_chat_prefill, self.handle, options)

    @property
    def messages(self):
        return json.loads(out_text(library().leyden_chat_messages_json, self.handle))

    @messages.setter
    def messages(self, messages):
        call(library().leyden_chat_set_messages_json, self.handle, *text_argument(json.dumps(messages)))

    @property
    def info(self):
        return json.loads(out_text(library().leyden_chat_info_json, self.handle))

    @property
    def passages(self):
        """The documents' passages as the prompt has them: [{"document", "begin", "end", "reference"}]"""
        return json.loads(out_text(library().leyden_chat_passages_json, self.handle))

    def context(self, draft=""):
        """What takes how many tokens of the context if the draft were asked now: a dictionary."""
        return json.loads(out_text(library().leyden_chat_context_json, self.handle, *text_argument(draft)))

    def _write(self, function, arguments, on_event=None, cancel=None, **options):
        with _asking(on_event, cancel, **options) as (asking, _):
            return _answer(out(function, self.handle, *arguments, ctypes.byref(asking)))

    def run(self, question, toolbox, on_event=None, cancel=None, *, approve=None, max_steps=0, max_seconds=0.0,
            tool_seconds=0.0, max_run_tokens=0, **options):
        """ask() with tools: calls are approved and run, until the model answers or a limit is reached.

        approve(Approval) answers True or "once", "session", "always"; False, or a text that says why
        not, denies. None: only the library's own tools run. max_run_tokens: of all steps together. Options as
        ask(); details["run"] tells the steps.
        """
        with _asking(on_event, cancel, **options) as (asking, callbacks):
            agent = _abi.leyden_agent_options(
                struct_size=ctypes.sizeof(_abi.leyden_agent_options), ask=ctypes.pointer(asking),
                max_steps=max_steps, max_seconds=max_seconds, max_tokens=max_run_tokens, tool_seconds=tool_seconds,
                approve=approve_callback(callbacks, approve))
            return _answer(out(library().leyden_chat_run, self.handle, toolbox.handle,
                               *text_argument(question), ctypes.byref(agent)))

    def ask(self, question, on_event=None, cancel=None, **options):
        """Asks and waits: an Answer. Options: thinking, evidence, constrain_references, clamp_quotes,
        max_tokens, stop, sampling, schema (a JSON Schema the answer satisfies)."""
        return self._write(library().leyden_chat_ask, text_argument(question), on_event, cancel,
                           **options)

    def submit_tool_results(self, results, on_event=None, cancel=None, **options):
        """Answers the last answer's tool calls, one text each, and lets the model go on."""
        return self._write(library().leyden_chat_submit_tool_results_json,
                           text_argument(json.dumps(results)), on_event, cancel, **options)

    def answer_again(self, on_event=None, cancel=None, **options):
        """Writes the last answer anew; a kept chat keeps the old one beside it."""
        return self._write(library().leyden_chat_answer_again, (), on_event, cancel, **options)

    def go_on(self, on_event=None, cancel=None, **options):
        """Goes on with an answer of a kept chat that was interrupted or reached its limit."""
        return self._write(library().leyden_chat_continue, (), on_event, cancel, **options)

    def stream(self, question, toolbox=None, **options):
        """Asks, or with a toolbox runs, and iterates over Events as they come; `.answer` of the iterator
        is the whole."""
        if toolbox is not None:
            return _Stream(lambda on_event, cancel: self.run(question, toolbox, on_event, cancel, **options))
        return _Stream(lambda on_event, cancel: self.ask(question, on_event, cancel, **options))

    async def astream(self, question, **options):
        """The same for asyncio: async for event in chat.astream(...). Leaving the loop cancels."""
        loop, events, cancel = asyncio.get_running_loop(), asyncio.Queue(), Cancel()

        def tell(event):
            loop.call_soon_threadsafe(events.put_nowait, event)

        def work():
            try:
                return self.ask(question, tell, cancel, **options)
            finally:
                tell(None)

        task = loop.run_in_executor(None, work)
        try:
            while (event := await events.get()) is not None:
                yield event
            await task
        finally:
            cancel.request()
            await asyncio.wait([task])
