# SPDX-License-Identifier: Apache-2.0
"""Between Python and the C calls: the library, errors, handles, texts, callbacks."""
import contextlib
import ctypes
import functools
import os

from . import _abi


class LeydenError(Exception):
    """A failed call. code: a LEYDEN_E_* number; name: its spelling, e.g. "not_found"."""

    def __init__(self, code, name, message):
        super().__init__(message)
        self.code, self.name = code, name


@functools.lru_cache(maxsize=None)
def library():
    """libleyden.so: LEYDEN_LIBRARY, else the one in this package, else where the loader finds it."""
    name = f"libleyden.so.{_abi.ABI}"
    bundled = os.path.join(os.path.dirname(__file__), "lib", name)
    chosen = os.environ.get("LEYDEN_LIBRARY") or (bundled if os.path.exists(bundled) else name)
    try:
        lib = _abi.declare(ctypes.CDLL(chosen))
    except AttributeError as missing:
        raise LeydenError(_abi.LEYDEN_E_UNSUPPORTED, "unsupported",
                          f"{chosen} is of another revision than this package: {missing}") from None
    error = ctypes.c_void_p()
    status = lib.leyden_check_unstable(_abi.UNSTABLE_REVISION, ctypes.byref(error))
    if status != 0:
        raise _taken(lib, status, error)
    return lib


def _taken(lib, status, error):
    message = ctypes.string_at(lib.leyden_error_message(error, None)).decode()
    lib.leyden_error_destroy(error)
    return LeydenError(status, ctypes.string_at(lib.leyden_status_name(status)).decode(), message)


class _Callbacks:
    """The C callbacks of one call. What a Python callback raises cancels the call and is raised then."""

    def __init__(self, cancel):
        self._cancel = cancel
        self._own = None
        self._keep = []
        self.raised = None

    @property
    def cancel(self):
        if self._cancel is None:
            self._own = self._cancel = Cancel()
        return self._cancel.handle

    def guarded(self, function, failed=None):
        def run(*arguments):
            try:
                return function(*arguments)
            except BaseException as error:  # noqa: BLE001 - nothing may pass through C
                self.raised = self.raised or error
                library().leyden_cancel_request(self.cancel)
                return failed
        return run

    def made(self, kind, function, failed=None):
        callback = kind(self.guarded(function, failed))
        self._keep.append(callback)
        return callback

    def progress(self, function):
        if function is None:
            return _abi.leyden_progress_fn()
        return self.made(_abi.leyden_progress_fn, lambda p, _: function(*progress_values(p)))

    def token(self, function):
        if function is None:
            return _abi.leyden_token_fn()
        return self.made(_abi.leyden_token_fn,
                         lambda token, position, _: 1 if function(token, position) else 0, 1)

    def logits(self, rows):
        def take(_first, n, vocab, logits, _data):
            rows.extend(list(logits[i * vocab:(i + 1) * vocab]) for i in range(n))
            return 0
        return self.made(_abi.leyden_logits_fn, take, _abi.LEYDEN_E_CANCELLED)


def progress_values(pointer):
    p = pointer.contents
    return (ctypes.string_at(p.phase).decode(), p.done, p.total, ctypes.string_at(p.unit).decode(),
            p.eta_s)


class _Call:
    def __call__(self, function, *arguments):
        """Calls function(*arguments, &error); raises LeydenError."""
        error = ctypes.c_void_p()
        status = function(*arguments, ctypes.byref(error))
        if status != 0:
            raise _taken(library(), status, error)

    @staticmethod
    @contextlib.contextmanager
    def callbacks(cancel=None):
        made = _Callbacks(cancel)
        try:
            yield made
        except LeydenError:
            if made.raised is None:
                raise
        finally:
            if made._own is not None:
                made._own.close()
        if made.raised is not None:
            raise made.raised


call = _Call()


@contextlib.contextmanager
def run_options(on_progress=None, cancel=None):
    """A pointer to leyden_run_options, for any long call."""
    with call.callbacks(cancel) as callbacks:
        options = _abi.leyden_run_options(struct_size=ctypes.sizeof(_abi.leyden_run_options),
                                          on_progress=callbacks.progress(on_progress),
                                          cancel=callbacks.cancel)
        yield ctypes.byref(options)


def out(function, *arguments, kind=ctypes.c_void_p):
    """Calls function(&out, *arguments, &error) and answers out."""
    result = kind()
    call(function, ctypes.byref(result), *arguments)
    return result.value


def out_text(function, *arguments, raw=False):
    """The same for an owned string."""
    string = out(function, *arguments)
    try:
        data = ctypes.string_at(library().leyden_string_data(string),
                                library().leyden_string_size(string))
    finally:
        library().leyden_string_destroy(string)
    return data if raw else data.decode()


def text_argument(text):
    """A text or path as the (pointer, bytes) of the C calls."""
    data = text if isinstance(text, bytes) else os.fspath(text).encode()
    return data, len(data)


def text_field(data):
    """Bytes for a pointer field of a struct; the caller keeps `data` alive."""
    return ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p)


class Owned:
    """A handle with its destroy function."""
    _destroy = ""

    def __init__(self, handle):
        self._handle = handle

    @property
    def handle(self):
        if self._handle is None:
            raise ValueError(f"this {type(self).__name__} is closed")
        return self._handle

    def close(self):
        handle, self._handle = getattr(self, "_handle", None), None
        if handle is not None:
            getattr(library(), self._destroy)(handle)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        self.close()


class Cancel(Owned):
    """A flag that asks running calls to stop; from any thread."""
    _destroy = "leyden_cancel_destroy"

    def __init__(self):
        super().__init__(out(library().leyden_cancel_create))

    def request(self):
        library().leyden_cancel_request(self.handle)

    def reset(self):
        library().leyden_cancel_reset(self.handle)

    @property
    def requested(self):
        return bool(library().leyden_cancel_requested(self.handle))
