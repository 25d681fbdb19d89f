# SPDX-License-Identifier: Apache-2.0
"""Builds the wheel without any tool from a registry: `pip wheel --no-build-isolation capi/bindings/python`, or

    python3 wheel_backend.py FOLDER [LIBLEYDEN]

With LIBLEYDEN (or the variable LEYDEN_WHEEL_LIBRARY) the wheel brings libleyden.so along.
"""
import base64
import hashlib
import os
import sys
import sysconfig
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
NAME, VERSION = "leyden", "0.1.0"
METADATA = f"""Metadata-Version: 2.1
Name: {NAME}
Version: {VERSION}
Summary: Chats over documents with an on-prem model of the DeepSeek-V3.2-Exp family
License: Apache-2.0
Requires-Python: >=3.9
"""


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    library = os.environ.get("LEYDEN_WHEEL_LIBRARY")
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_") if library else "any"
    tag = f"py3-none-{platform}"
    info = f"{NAME}-{VERSION}.dist-info"
    files = {}
    package = os.path.join(HERE, NAME)
    for file in sorted(os.listdir(package)):
        if file.endswith((".py", ".pyi")) or file == "py.typed":
            with open(os.path.join(package, file), "rb") as f:
                files[f"{NAME}/{file}"] = f.read()
    if library:
        with open(library, "rb") as f:
            files[f"{NAME}/lib/libleyden.so.0"] = f.read()
    files[f"{info}/METADATA"] = METADATA.encode()
    pure = "false" if library else "true"
    files[f"{info}/WHEEL"] = (f"Wheel-Version: 1.0\nGenerator: leyden\nRoot-Is-Purelib: {pure}\n"
                              f"Tag: {tag}\n").encode()
    record = f"{info}/RECORD"
    rows = [f"{name},sha256={digest(data)},{len(data)}" for name, data in files.items()]
    files[record] = ("\n".join(rows) + f"\n{record},,\n").encode()
    wheel = f"{NAME}-{VERSION}-{tag}.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, wheel), "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in files.items():
            out.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return wheel


def digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__.strip())
    if len(sys.argv) == 3:
        os.environ["LEYDEN_WHEEL_LIBRARY"] = sys.argv[2]
    os.makedirs(sys.argv[1], exist_ok=True)
    print(build_wheel(sys.argv[1]))
