#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Chinese typed into the question field through a real input method, with the keys of a keyboard.

    python3 input_method.py build/release/bin/leyden-desktop [--keep FOLDER] [ibus] [fcitx5]

Starts a screen (Xvfb), a message bus, the input method and the program in a home of its own, and types:
pinyin composes and is no text yet; the space bar takes the first candidate; Enter in the middle of a
composition ends it, keeps its text and sends nothing; the next Enter sends. What happened is read from the
jar. Prints what was seen at each step; exits 77 with the reason where a program is missing, as CTest's
SKIP_RETURN_CODE. Debian 12: ibus ibus-libpinyin, or fcitx5 fcitx5-chinese-addons fcitx5-frontend-qt6; xdotool.
"""
import ctypes
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

PATIENCE_S = 30
KEPT_S = 1.5  # a draft is kept 0.8 s after its last change
METHODS = {
    "ibus": {"programs": ["ibus-daemon", "ibus"],
             "files": ["/usr/share/ibus/component/libpinyin.xml"],
             "plugin": "libibusplatforminputcontextplugin.so"},
    "fcitx5": {"programs": ["fcitx5", "fcitx5-remote"],
               "files": ["/usr/share/fcitx5/inputmethod/pinyin.conf"],
               "plugin": "libfcitx5platforminputcontextplugin.so"},
}
PROFILE = """[Groups/0]
Name=Default
Default Layout=us
DefaultIM=pinyin

[Groups/0/Items/0]
Name=keyboard-us
Layout=

[Groups/0/Items/1]
Name=pinyin
Layout=

[GroupOrder]
0=Default
"""


def missing(method):
    """What this machine lacks for an input method; empty if nothing."""
    wanted = METHODS[method]
    lacks = [p for p in wanted["programs"] + ["Xvfb", "xdotool", "dbus-daemon"] if shutil.which(p) is None]
    lacks += [f for f in wanted["files"] if not os.path.exists(f)]
    plugins = [p for p in pathlib.Path("/usr/lib").glob("*/qt6/plugins/platforminputcontexts/*")
               if p.name == wanted["plugin"]]
    return lacks + ([] if plugins else [wanted["plugin"]])


def end_with_parent():
    """Nothing is left running when the test is killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def until(what, ready):
    """Waits until ready() gives something, and gives it."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        found = ready()
        if found:
            return found
        time.sleep(0.1)
    raise SystemExit(f"FAIL: {what}: not within {PATIENCE_S} s")


class Desk:
    """A screen, a bus, an input method and the program in a home of its own."""

    def __init__(self, program, method, home):
        self.home = home
        self.method = method
        self.running = []
        run = home / "run"
        run.mkdir(mode=0o700)
        self.environment = dict(
            os.environ, HOME=str(home), XDG_CONFIG_HOME=str(home / "config"), XDG_DATA_HOME=str(home / "data"),
            XDG_CACHE_HOME=str(home / "cache"), XDG_RUNTIME_DIR=str(run), LC_ALL="C.UTF-8",
            QT_QPA_PLATFORM="xcb", QT_IM_MODULE=method, XMODIFIERS=f"@im={method}")
        for name in ("WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "IBUS_ADDRESS", "DISPLAY"):
            self.environment.pop(name, None)
        screen = self.start("Xvfb", "-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp",
                            stdout=subprocess.PIPE)
        self.environment["DISPLAY"] = ":" + screen.stdout.readline().decode().strip()
        bus = self.start("dbus-daemon", "--session", "--nofork", "--print-address=1", stdout=subprocess.PIPE)
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().decode().strip()
        getattr(self, method)()
        self.start(program, "--store", str(home / "jar"), "--offline")
        window = until("a window", lambda: self.say("xdotool", "search", "--onlyvisible", "--name", "^Leyden"))
        self.window = window.split()[0]
        self.keys("windowfocus", "--sync", self.window)
        until("a conversation in the jar", lambda: self.jar("SELECT id FROM sessions"))

    def start(self, *command, stdout=subprocess.DEVNULL):
        with open(self.home / "output.log", "ab") as log:
            process = subprocess.Popen(command, env=self.environment, stdout=stdout, stderr=log,
                                       preexec_fn=end_with_parent)
        self.running.append(process)
        return process

    def say(self, *command):
        return subprocess.run(command, env=self.environment, capture_output=True, text=True).stdout.strip()

    def keys(self, *command):
        subprocess.run(["xdotool", *command], env=self.environment, check=True, capture_output=True)
        time.sleep(0.3)

    def type(self, text):
        self.keys("type", "--delay", "60", text)

    def ibus(self):
        self.start("ibus-daemon", "--xim", "--panel=disable")
        until("ibus", lambda: self.say("ibus", "engine", "libpinyin") or self.say("ibus", "engine") == "libpinyin")

    def fcitx5(self):
        profile = self.home / "config" / "fcitx5" / "profile"
        profile.parent.mkdir(parents=True)
        profile.write_text(PROFILE)
        # The two that ask for the network are not needed.
        self.start("fcitx5", "--disable", "cloudpinyin,wayland,waylandim")
        until("fcitx5", lambda: self.say("fcitx5-remote"))

    def choose(self):
        """Pinyin, for the field that has the keyboard now."""
        if self.method == "ibus":
            self.say("ibus", "engine", "libpinyin")
        else:
            self.say("fcitx5-remote", "-o")
            self.say("fcitx5-remote", "-s", "pinyin")
        time.sleep(0.5)
        return self.say("ibus", "engine") if self.method == "ibus" else self.say("fcitx5-remote", "-n")

    def jar(self, sql):
        try:
            with sqlite3.connect(f"file:{self.home}/jar/catalogue.db?mode=ro", uri=True, timeout=5) as jar:
                return jar.execute(sql).fetchall()
        except sqlite3.OperationalError:
            return []

    def draft(self):
        views = self.jar("SELECT value FROM settings WHERE key LIKE 'desktop.view.%'")
        return "".join(json.loads(view[0])["draft"] for view in views)

    def questions(self):
        return [row[0] for row in self.jar(
            "SELECT body FROM messages JOIN texts ON texts.id = messages.text WHERE role = 'user'")]

    def picture(self, name):
        if shutil.which("scrot"):
            self.say("scrot", str(self.home / f"{name}.png"))

    def close(self):
        for process in reversed(self.running):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def becomes(step, look, wanted):
    """Waits until something is as it should be."""
    end = time.monotonic() + PATIENCE_S
    while look() != wanted and time.monotonic() < end:
        time.sleep(0.1)
    stays(step, look, wanted)


def stays(step, look, wanted):
    seen = look()
    print(f"  {step}: {seen!r}", flush=True)
    if seen != wanted:
        raise SystemExit(f"FAIL: {step}: {wanted!r} was expected")


def walk(desk):
    becomes("input method", desk.choose, "libpinyin" if desk.method == "ibus" else "pinyin")
    desk.type("nihao")
    time.sleep(KEPT_S)
    desk.picture("composing")
    stays("draft while pinyin is composed", desk.draft, "")
    stays("questions", desk.questions, [])
    desk.keys("key", "space")
    becomes("draft after the space bar", desk.draft, "你好")
    desk.type("shijie")
    desk.keys("key", "Return")
    becomes("draft after Enter in a composition", desk.draft, "你好shijie")
    desk.type("zhongguo")
    desk.keys("key", "space")
    becomes("draft after one more word", desk.draft, "你好shijie中国")
    stays("questions", desk.questions, [])
    desk.keys("key", "Return")
    becomes("questions after Enter", desk.questions, ["你好shijie中国"])
    becomes("draft after Enter", desk.draft, "")
    desk.picture("sent")


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))
    arguments = sys.argv[1:]
    keep = None
    if "--keep" in arguments:
        at = arguments.index("--keep")
        keep = pathlib.Path(arguments[at + 1]).resolve()
        del arguments[at:at + 2]
    program = os.path.abspath(arguments[0])
    walked = 0
    for method in arguments[1:] or METHODS:
        lacks = missing(method)
        if lacks:
            print(f"{method}: skipped, there is no {', no '.join(lacks)}")
            continue
        print(f"{method}:", flush=True)
        folder = tempfile.mkdtemp()
        desk = None
        try:
            desk = Desk(program, method, pathlib.Path(folder))
            walk(desk)
            walked += 1
        finally:
            if desk:
                desk.close()
            if keep:
                shutil.copytree(folder, keep / method, dirs_exist_ok=True, ignore=shutil.ignore_patterns("run"))
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if walked else 77)


if __name__ == "__main__":
    main()
