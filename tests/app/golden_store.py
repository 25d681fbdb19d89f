# SPDX-License-Identifier: Apache-2.0
"""The golden store as a folder, and the checksums of its database pages, for tests that damage it."""
import ctypes
import ctypes.util
import os
import struct

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SESSION, QUESTION, ANSWER = "黄金 Golden", "What is kept?", "Everything. 一切。"


def library(name):
    found = ctypes.util.find_library(name)
    assert found, f"lib{name} is not here, though libleyden.so is linked to it"
    return ctypes.CDLL(found)


def unpack(folder, version="store_v2"):
    zstd = library("zstd")
    zstd.ZSTD_getFrameContentSize.restype = ctypes.c_ulonglong
    zstd.ZSTD_decompress.restype = ctypes.c_size_t
    os.makedirs(folder)
    for name in ("catalogue.db", "kv.db"):
        with open(os.path.join(ROOT, "tests/sessions/goldens", version, name + ".zst"), "rb") as file:
            packed = file.read()
        size = zstd.ZSTD_getFrameContentSize(packed, ctypes.c_size_t(len(packed)))
        raw = ctypes.create_string_buffer(size)
        done = zstd.ZSTD_decompress(raw, ctypes.c_size_t(size), packed, ctypes.c_size_t(len(packed)))
        assert done == size, (done, size)
        with open(os.path.join(folder, name), "wb") as file:
            file.write(raw.raw)
    return folder


def set_version(path, version):
    """Changes user_version in a database file, as a later Leyden would, with a right checksum."""
    xxhash = library("xxhash")
    xxhash.XXH3_64bits_withSeed.restype = ctypes.c_uint64
    with open(path, "r+b") as file:
        (size,) = struct.unpack(">H", file.read(100)[16:18])
        size = 65536 if size == 1 else size
        file.seek(0)
        page = bytearray(file.read(size))
        page[60:64] = struct.pack(">I", version)
        content = bytes(page[:-8])
        page[-8:] = struct.pack("<Q", xxhash.XXH3_64bits_withSeed(content, ctypes.c_size_t(len(content)),
                                                                  ctypes.c_uint64(1)))
        file.seek(0)
        file.write(page)
