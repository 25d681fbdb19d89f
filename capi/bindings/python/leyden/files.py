# SPDX-License-Identifier: Apache-2.0
"""Document files, read in a sandboxed process: pages as text, boxes and pictures."""
import ctypes
import dataclasses
import json

from . import _abi
from ._calls import Cancel, LeydenError, Owned, call, library, out, out_text, text_argument


@dataclasses.dataclass(frozen=True)
class Image:
    """A picture of a page: rows from the top, each pixel B, G, R, A, premultiplied."""
    width: int
    height: int
    stride: int
    data: bytes


class File(Owned):
    """A PDF, DOCX, EPUB, HTML, Markdown or text file. One call at a time; several files side by side."""
    _destroy = "leyden_file_destroy"

    def __init__(self, path, *, allow_unsandboxed=False, on_progress=None, cancel=None):
        """cancel: for every call on the file. on_progress(phase, done, total, unit, eta_s): of document."""
        self._cancel = cancel or Cancel()  # used as long as the file is there, as are the callbacks
        with call.callbacks(self._cancel) as self._callbacks:
            options = _abi.leyden_file_options(
                struct_size=ctypes.sizeof(_abi.leyden_file_options), allow_unsandboxed=allow_unsandboxed,
                on_progress=self._callbacks.progress(on_progress), cancel=self._cancel.handle)
            super().__init__(out(library().leyden_file_open, *text_argument(path), ctypes.byref(options)))

    @property
    def info(self):
        """{"format", "title", "author", "pages", "layout", "outline", "notices"}"""
        return json.loads(out_text(library().leyden_file_info_json, self.handle))

    def page(self, number):
        """{"text", "label", "width", "height", "spans": [{"begin", "end", "rect"}]}; pages count from 0."""
        return json.loads(out_text(library().leyden_file_page_json, self.handle, number))

    def image(self, number, scale=1.0):
        """A picture of a page, scale pixels a point: an Image. Only files with layout have them."""
        image = out(library().leyden_file_page_image, self.handle, number, scale)
        try:
            stride, height = library().leyden_image_stride(image), library().leyden_image_height(image)
            return Image(library().leyden_image_width(image), height, stride,
                         ctypes.string_at(library().leyden_image_data(image), stride * height))
        finally:
            library().leyden_image_destroy(image)

    def document(self):
        """All of it, as Store.add_document takes it: {"title", "source", "parts", "page_map"}."""
        try:
            return json.loads(out_text(library().leyden_file_document_json, self.handle))
        except LeydenError:
            if self._callbacks.raised is not None:
                raise self._callbacks.raised from None
            raise
