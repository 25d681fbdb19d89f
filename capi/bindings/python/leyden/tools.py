# SPDX-License-Identifier: Apache-2.0
"""Tools a model may call: functions of this program, plugins, MCP servers, a library to search."""
import ctypes
import dataclasses
import json

from . import _abi
from ._calls import Cancel, Owned, call, library, out, out_text, text_argument, text_field

_SCOPES = {False: _abi.LEYDEN_APPROVE_DENY, None: _abi.LEYDEN_APPROVE_DENY, True: _abi.LEYDEN_APPROVE_ONCE,
           "once": _abi.LEYDEN_APPROVE_ONCE, "session": _abi.LEYDEN_APPROVE_SESSION,
           "always": _abi.LEYDEN_APPROVE_ALWAYS}


@dataclasses.dataclass(frozen=True)
class Approval:
    """A call that waits for the user's word; see leyden_approval."""
    name: str
    origin: str
    description: str
    arguments: str
    read_only: bool
    destructive: bool
    network: bool
    once_only: bool
    shares_library: bool
    library_text: str = ""
    hosts: str = ""


class ToolCall:
    """One call of a function of this program, while it runs. offline: open no socket."""
    offline: bool
    time_limit_s: float

    def __init__(self, offline, time_limit_s, cancel):
        self.offline, self.time_limit_s, self._cancel = offline, time_limit_s, cancel

    @property
    def cancelled(self) -> bool:
        """Whether to stop."""
        return bool(library().leyden_cancel_requested(self._cancel))


def approve_callback(callbacks, approve):
    """approve(Approval) answers True or "once", "session", "always"; False or a text, why not, denies."""
    if approve is None:
        return _abi.leyden_approve_fn()

    def asked(pointer, answer, _data):
        a = pointer.contents
        said = approve(Approval(
            *(ctypes.string_at(t).decode() for t in (a.name, a.origin, a.description)),
            ctypes.string_at(a.arguments, a.arguments_size).decode(),
            *(bool(a.flags & f) for f in (_abi.LEYDEN_TOOL_READ_ONLY, _abi.LEYDEN_TOOL_DESTRUCTIVE,
                                          _abi.LEYDEN_TOOL_NETWORK)),
            bool(a.once_only), bool(a.shares_library),
            *(ctypes.string_at(t, size).decode() if size else ""
              for t, size in ((a.library_text, a.library_text_size), (a.hosts, a.hosts_size)))))
        if said in _SCOPES:
            return _SCOPES[said]
        library().leyden_approval_deny_reason(answer, *text_argument(said))
        return _abi.LEYDEN_APPROVE_DENY
    return callbacks.made(_abi.leyden_approve_fn, asked, _abi.LEYDEN_APPROVE_DENY)


class Toolbox(Owned):
    """Tools for Chat.run. Any thread.

        toolbox = leyden.Toolbox()

        @toolbox.function(parameters={"type": "object", "properties": {"port": {"type": "string"}}})
        def tide(port):
            "When the tide is high."
            return "at noon"
    """
    _destroy = "leyden_toolbox_destroy"

    def __init__(self, store=None, *, offline=False):
        """store: its documents are the library that the tools search and open read."""
        self._functions = []
        options = _abi.leyden_toolbox_options(struct_size=ctypes.sizeof(_abi.leyden_toolbox_options),
                                              offline=offline, store=store.handle if store else None)
        super().__init__(out(library().leyden_toolbox_create, ctypes.byref(options)))

    def add_function(self, function, *, name=None, description=None, parameters=None, read_only=False,
                     destructive=False, network=False, with_call=False):
        """A tool that calls function(**arguments) and gives the model what it returns, as text. What it
        raises is told to the model as a failure. description: else the function's docstring. with_call: the
        function's first argument is the ToolCall."""
        texts = [(name or function.__name__).encode(), (description or function.__doc__ or "").encode(),
                 json.dumps(parameters or {"type": "object"}).encode()]

        def run(pointer, reply, _data):
            try:
                c = pointer.contents
                this = (ToolCall(bool(c.offline), c.time_limit_s, c.cancel),) if with_call else ()
                said, failed = function(*this, **json.loads(ctypes.string_at(c.arguments, c.arguments_size))), 0
            except Exception as error:  # noqa: BLE001 - nothing may pass through C
                said, failed = f"{type(error).__name__}: {error}", 1
            library().leyden_tool_reply_set(
                reply, *text_argument(said if isinstance(said, str) else json.dumps(said)))
            return failed
        callback = _abi.leyden_tool_fn(run)
        desc = _abi.leyden_tool_desc(
            struct_size=ctypes.sizeof(_abi.leyden_tool_desc),
            flags=_abi.LEYDEN_TOOL_READ_ONLY * read_only + _abi.LEYDEN_TOOL_DESTRUCTIVE * destructive +
            _abi.LEYDEN_TOOL_NETWORK * network,
            name=text_field(texts[0]), name_size=len(texts[0]), description=text_field(texts[1]),
            description_size=len(texts[1]), parameters=text_field(texts[2]), parameters_size=len(texts[2]))
        call(library().leyden_toolbox_add_function, self.handle, ctypes.byref(desc), callback, None,
             _abi.leyden_free_fn())
        self._functions.append(callback)

    def function(self, **options):
        """The same as a decorator; options as add_function."""
        def add(function):
            self.add_function(function, **options)
            return function
        return add

    def add_document(self, title, pages):
        """Adds a document to a library in memory. pages: texts, or {"label", "text"}."""
        listed = [p if isinstance(p, dict) else {"text": p} for p in pages]
        call(library().leyden_toolbox_add_document_json, self.handle, *text_argument(title),
             *text_argument(json.dumps(listed)))

    def set_plugin_settings(self, settings):
        """What the user chose for plugins added from then on:
        {id: {"settings": {...}, "network": [...], "secrets": {...}}}."""
        call(library().leyden_toolbox_set_plugin_settings_json, self.handle,
             *text_argument(json.dumps(settings)))

    def add_plugins(self, folder=None):
        """Starts the plugins of a folder (None: those that came with the library), each in a sandbox of
        its own, and adds their tools. Which could not be used, and why: a list of texts."""
        place = text_argument(folder) if folder is not None else (None, 0)
        problems = ctypes.c_void_p()
        call(library().leyden_toolbox_add_plugins, ctypes.byref(problems), self.handle, *place)
        try:
            return json.loads(ctypes.string_at(library().leyden_string_data(problems)))
        finally:
            library().leyden_string_destroy(problems)

    def add_mcp(self, server, approve):
        """Connects to an MCP server: {"name", "command" or "url", ...}. approve: as of Chat.run."""
        with call.callbacks(None) as callbacks:
            call(library().leyden_toolbox_add_mcp_json, self.handle, *text_argument(json.dumps(server)),
                 approve_callback(callbacks, approve), None)

    @property
    def tools(self):
        return json.loads(out_text(library().leyden_toolbox_list_json, self.handle))

    @property
    def log(self):
        """Every call so far, with who allowed it."""
        return json.loads(out_text(library().leyden_toolbox_log_json, self.handle))

    def set_enabled(self, name, enabled=True):
        call(library().leyden_toolbox_set_enabled, self.handle, *text_argument(name), 1 if enabled else 0)

    def set_offline(self, offline=True):
        call(library().leyden_toolbox_set_offline, self.handle, 1 if offline else 0)

    def allow_always(self, origin, name):
        call(library().leyden_toolbox_allow_always, self.handle, *text_argument(origin),
             *text_argument(name))

    def call(self, name, arguments=None, *, cancel=None):
        """Calls a tool without a model: {"is_error", "text", "structured", "passages", "hosts"}."""
        options = _abi.leyden_run_options(struct_size=ctypes.sizeof(_abi.leyden_run_options),
                                          cancel=cancel.handle if isinstance(cancel, Cancel) else None)
        return json.loads(out_text(library().leyden_toolbox_call_json, self.handle, *text_argument(name),
                                   *text_argument(json.dumps(arguments or {})), ctypes.byref(options)))
