# SPDX-License-Identifier: Apache-2.0
"""leyden store: upkeep, encryption, and what happens when the store is damaged, foreign, read-only, full or
in use by somebody else."""
import fcntl
import os
import pty
import select
import shutil
import struct
import time
import unittest

import cli
import golden_store
from cli import TIMEOUT_S, environment, needs_weak_user, run
from golden_store import ANSWER, SESSION
from jar_test import JarTest

STATS_KEYS = {"folder", "sessions", "messages", "documents", "models", "pages", "quarantined_pages",
              "kv_raw_bytes", "kv_stored_bytes", "catalogue_file_bytes", "kv_file_bytes", "encrypted",
              "read_only", "notes"}


class StoreTest(JarTest):
    def stats(self, store=None, **options):
        return self.json(*self.on("store", "stats", store=store), **options)

    def check_is_sound(self, store=None, **options):
        self.assertIs(self.json(*self.on("store", "check", store=store), **options)["sound"], True)

    def answer(self, store=None, **options):
        return self.json(*self.on("session", "show", SESSION, store=store), **options)["branch"][1]["text"]

    def flip(self, name, at, store=None):
        with open(os.path.join(store or self.jar, name), "r+b") as file:
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ 0x10]))

    def size(self, name):
        return os.path.getsize(os.path.join(self.jar, name))


class Upkeep(StoreTest):
    def test_stats(self):
        s = self.stats()
        self.assertEqual(set(s), STATS_KEYS)
        self.assertEqual((s["folder"], s["sessions"], s["messages"], s["documents"], s["models"], s["pages"]),
                         (self.jar, 1, 2, 1, 1, 3))
        self.assertEqual((s["encrypted"], s["read_only"], s["quarantined_pages"], s["notes"]), (False, False, 0, []))
        self.assertGreater(s["kv_raw_bytes"], 0)
        text = self.text(*self.on("store", "stats"))
        self.assertRegex(text, r"(?m)^KV +.* compressed from .* to 1\)$")

    def test_check(self):
        report = self.json(*self.on("store", "check"))
        self.assertEqual(set(report), {"sound", "n_problems", "problems", "messages", "texts", "pages", "page_bytes"})
        self.assertEqual((report["sound"], report["n_problems"], report["messages"], report["pages"]), (True, 0, 2, 3))
        self.assertIn("sound: 2 messages", self.text(*self.on("store", "check")))

    def test_vacuum(self):
        self.json(*self.on("doc", "add", self.write("big.txt", "The tide comes in twice a day.\n" * 40000)))
        self.json(*self.on("doc", "rm", "big.txt"))
        out = self.json(*self.on("store", "vacuum"))
        self.assertLess(out["bytes_after"], out["bytes_before"] - 500_000)
        self.check_is_sound()

    def test_backup(self):
        copy = self.path("copy")
        out = self.json(*self.on("store", "backup", copy))
        self.assertEqual(out["folder"], copy)
        self.assertGreater(out["bytes"], 10_000)
        self.check_is_sound(copy)
        self.assertEqual(self.answer(copy), ANSWER)
        self.assertEqual(os.stat(copy).st_mode & 0o777, 0o700)
        self.fails("invalid_argument", *self.on("store", "backup", copy), says="copy")
        self.fails("io", *self.on("store", "backup", self.write("file", "x")))
        self.fails("io", *self.on("store", "backup", "/proc/nowhere"))

    def test_collect(self):
        out = self.json(*self.on("store", "collect"))
        self.assertEqual(set(out), {"unreachable_pages", "unreachable_bytes", "evicted_pages", "evicted_bytes",
                                    "kept_pages", "kept_bytes", "over_quota", "skipped"})
        self.assertEqual((out["kept_pages"], out["evicted_pages"]), (3, 0))
        out = self.json(*self.on("store", "collect", "--quota", "1kB"))
        self.assertEqual((out["kept_pages"], out["evicted_pages"]), (0, 3))
        self.assertEqual(self.answer(), ANSWER)
        self.check_is_sound()
        self.fails("invalid_argument", *self.on("store", "collect", "--quota", "lots"), says="--quota")

    def test_pinned_kv_stays(self):
        self.json(*self.on("session", "pin", SESSION))
        out = self.json(*self.on("store", "collect", "--quota", "1kB"))
        self.assertEqual((out["kept_pages"], out["evicted_pages"], out["over_quota"]), (3, 0, True))

    def test_older_schema_is_brought_forward(self):
        old = golden_store.unpack(self.path("old"), "store_v1")
        self.assertEqual(self.answer(old), ANSWER)
        self.check_is_sound(old)

    def test_files_are_private(self):
        made = self.path("made")
        self.json(*self.on("doc", "add", self.write("a.txt", "Text."), store=made))
        self.assertEqual(os.stat(made).st_mode & 0o777, 0o700)
        for name in ("catalogue.db", "kv.db"):
            self.assertEqual(os.stat(os.path.join(made, name)).st_mode & 0o777, 0o600)

    def test_default_folder(self):
        for env, folder in (({"XDG_DATA_HOME": self.path("data")}, self.path("data", "leyden")),
                            ({"HOME": self.path("home"), "XDG_DATA_HOME": ""}, self.path("home/.local/share/leyden"))):
            self.json("doc", "add", self.write("a.txt", "Text."), env=env)
            self.assertTrue(os.path.exists(os.path.join(folder, "catalogue.db")))
            self.assertEqual(self.json("store", "stats", env=env)["folder"], folder)


class Damage(StoreTest):
    def fresh(self):
        shutil.rmtree(self.jar)
        golden_store.unpack(self.jar)

    def test_a_flipped_bit_in_the_kv_is_found(self):
        found = 0
        for at in range(40, self.size("kv.db"), self.size("kv.db") // 7):
            with self.subTest(at=at):
                self.fresh()
                self.flip("kv.db", at)
                done = run(*self.on("store", "check"), "--json")
                if done.code == 0:  # a page that nothing uses
                    continue
                found += 1
                self.assertEqual(done.code, 4, done)
                self.json(*self.on("store", "repair"))
                self.check_is_sound()
                self.assertEqual(self.answer(), ANSWER)
        self.assertGreater(found, 2)

    def test_check_says_what_is_wrong_and_changes_nothing(self):
        with open(os.path.join(self.jar, "kv.db"), "r+b") as file:
            file.seek(200)
            file.write(b"\xff" * 4000)
        for _ in range(2):
            self.fails("corrupt", *self.on("store", "check"), says="repair")
        self.assertEqual([n for n in os.listdir(self.jar) if "aside" in n], [])
        noted = []
        self.assertEqual(self.answer(notes=noted), ANSWER)
        self.assertIn("kv.db is damaged", noted[0])
        self.assertIn("kv.db.aside-1", os.listdir(self.jar))

    def test_a_damaged_catalogue_is_repaired(self):
        for at in (150, self.size("catalogue.db") // 2):
            self.flip("catalogue.db", at)
        self.assertEqual(run(*self.on("store", "check")).code, 4)
        out = self.json(*self.on("store", "repair"))
        self.assertEqual(set(out), {"actions", "texts_kept", "texts_lost", "pages_kept", "pages_lost"})
        self.assertGreater(len(out["actions"]), 0)
        self.check_is_sound()

    def test_truncated(self):
        for name in ("catalogue.db", "kv.db"):
            os.truncate(os.path.join(self.jar, name), self.size(name) // 2)
            self.assertEqual(run(*self.on("store", "check")).code, 4)
            text = self.text(*self.on("store", "repair"))
            self.assertRegex(text, r"kept \d+ texts and \d+ pages, lost")
            self.check_is_sound()

    def test_not_a_store_at_all(self):
        shutil.copy(cli.TOKENIZER, os.path.join(self.jar, "catalogue.db"))
        self.fails("corrupt", *self.on("session", "list"), says="catalogue.db")
        self.fails("corrupt", *self.on("store", "check"))
        self.fails("not_found", "store", "repair", "--store", self.path("nowhere"))
        self.assertFalse(os.path.exists(self.path("nowhere")))

    def test_newer_schema(self):
        for name, version in (("catalogue.db", 99), ("kv.db", 99)):
            self.fresh()
            path = os.path.join(self.jar, name)
            golden_store.set_version(path, version)
            with open(path, "rb") as file:
                before = file.read()
            for command in (("session", "list"), ("store", "check"), ("store", "repair"), ("session", "rm", SESSION)):
                self.fails("unsupported", *self.on(*command), says=("newer", "99"), both=False)
            with open(path, "rb") as file:
                self.assertEqual(file.read(), before)

    def test_kv_missing(self):
        os.remove(os.path.join(self.jar, "kv.db"))
        self.assertEqual(self.answer(notes=[]), ANSWER)
        os.remove(os.path.join(self.jar, "kv.db"))
        done = run(*self.on("session", "list"))
        self.assertEqual(done.code, 0, done)
        self.assertIn("kv.db was missing", done.err)
        self.assertIs(self.json(*self.on("session", "fork", SESSION))["pinned"], False)

    def test_catalogue_missing(self):
        os.remove(os.path.join(self.jar, "catalogue.db"))
        for command in (("session", "list"), ("store", "check")):
            self.fails("not_found", *self.on(*command), says=("catalogue.db is missing", "leyden store repair"))
        self.text(*self.on("store", "repair"))
        self.assertEqual(self.sessions(), [])

    def test_kv_of_another_store(self):
        self.json(*self.on("doc", "add", self.write("a.txt", "Text."), store=self.path("other")))
        self.assertEqual(len(self.sessions()), 1)  # the golden one gets its id
        shutil.copy(self.path("other", "kv.db"), os.path.join(self.jar, "kv.db"))
        done = run(*self.on("session", "list"))
        self.assertEqual(done.code, 0, done)
        self.assertIn("belongs to another store", done.err)
        self.assertEqual(self.answer(), ANSWER)
        self.assertIn("kv.db.aside-1", os.listdir(self.jar))


class Refused(StoreTest):
    CHANGES = (("session", "rename", SESSION, "x"), ("session", "pin", SESSION), ("session", "rm", SESSION),
               ("session", "fork", SESSION), ("store", "vacuum"))

    @needs_weak_user
    def test_read_only_folder(self):
        self.assertEqual(len(self.sessions()), 1)  # the search index is made while it can be
        os.chmod(self.folder, 0o755)
        for name in os.listdir(self.jar):
            if name in ("catalogue.db", "kv.db"):
                os.chmod(os.path.join(self.jar, name), 0o444)
            else:
                os.remove(os.path.join(self.jar, name))
        os.chmod(self.jar, 0o555)
        done = run(*self.on("session", "list"), weak=True)
        self.assertEqual(done.code, 0, done)
        self.assertIn("read-only", done.err)
        for command in (("session", "show", SESSION), ("session", "search", "kept"), ("store", "stats"),
                        ("session", "transcript", SESSION), ("doc", "list")):
            self.assertEqual(run(*self.on(*command), weak=True).code, 0, command)
        for command in self.CHANGES:
            done = run(*self.on(*command), weak=True)
            self.assertEqual(done.code, 7, done)
            self.assertRegex(done.err, "read-?only")
        done = run(*self.on("store", "check"), weak=True)
        self.assertEqual(done.code, 0, done)

    def test_disk_full(self):
        big = self.write("big.txt", "".join(f"The tide of day {i} comes in.\n" for i in range(100_000)))
        limit = self.size("catalogue.db") + 500_000
        self.fails("io", *self.on("doc", "add", big), file_limit=limit, both=False)
        self.assertEqual([d["title"] for d in self.documents()], ["Document"])
        self.assertEqual(self.answer(), ANSWER)
        self.check_is_sound()
        self.assertIs(self.json(*self.on("doc", "add", big))[0]["new"], True)

    def test_folder_that_cannot_be(self):
        note = self.write("note.txt", "Text.")
        for store in (self.write("file", "x"), "/proc/leyden", "/dev/null/x"):
            self.fails(("io", "not_found", "invalid_argument"), *self.on("doc", "add", note, store=store))


class Together(StoreTest):
    def hold(self, byte, kind=fcntl.F_WRLCK):
        """Locks as another process of ours would: an open file description's lock on store.lock."""
        fd = os.open(os.path.join(self.jar, "store.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        self.addCleanup(os.close, fd)
        f_ofd_setlk = 37
        fcntl.fcntl(fd, f_ofd_setlk, struct.pack("hhqqi4x", kind, os.SEEK_SET, byte, 1, 0))
        return fd

    def test_a_session_that_is_being_written(self):
        (one,) = self.sessions()
        self.hold(1024 + one["id"])
        self.fails("busy", *self.on("session", "rm", SESSION))
        self.assertEqual(len(self.sessions()), 1)
        self.json(*self.on("session", "fork", SESSION))
        self.text(*self.on("session", "transcript", str(one["id"])))

    def test_repair_wants_it_alone(self):
        self.hold(0, fcntl.F_RDLCK)
        self.fails("busy", *self.on("store", "repair"))
        self.assertEqual(len(self.sessions()), 1)

    def test_many_processes_write_at_once(self):
        notes = [self.write(f"note{i}.txt", f"Note number {i}.") for i in range(4)]
        running = []
        for i in range(4):
            running += [cli.start(*self.on("session", "fork", SESSION, "--title", f"Fork {i}")),
                        cli.start(*self.on("doc", "add", notes[i])), cli.start(*self.on("session", "search", "kept")),
                        cli.start(*self.on("store", "check"))]
        for process in running:
            _, err = process.communicate(timeout=TIMEOUT_S)
            self.assertEqual(process.returncode, 0, err)
        self.assertEqual(sorted(s["title"] for s in self.sessions()), [f"Fork {i}" for i in range(4)] + [SESSION])
        self.assertEqual(len(self.documents()), 5)
        self.check_is_sound()


class Encrypted(StoreTest):
    SECRET = "the keeper is Ada"

    def setUp(self):
        super().setUp()
        self.safe = self.path("safe")
        self.right = {"LEYDEN_PASSPHRASE": "correct horse"}
        self.note = self.write("note.txt", self.SECRET)

    def begin(self):
        self.assertIs(self.json("store", "passphrase", "--store", self.safe,
                                env={"LEYDEN_NEW_PASSPHRASE": "correct horse"})["new_store"], True)
        self.json("doc", "add", self.note, "--store", self.safe, env=self.right)

    def test_nothing_is_readable_without_it(self):
        self.begin()
        bundle = self.path("b.leyden")
        self.json(*self.on("session", "export", SESSION, bundle))
        self.json("session", "import", bundle, "--store", self.safe, env=self.right)
        self.assertEqual(self.answer(self.safe, env=self.right), ANSWER)
        self.assertIs(self.stats(self.safe, env=self.right)["encrypted"], True)
        self.assertEqual(len(self.json("session", "search", "keeper", "--store", self.safe, env=self.right)), 1)
        self.check_is_sound(self.safe, env=self.right)
        for name in os.listdir(self.safe):
            with open(os.path.join(self.safe, name), "rb") as file:
                content = file.read()
            for text in (self.SECRET, ANSWER, SESSION, "note.txt"):
                self.assertNotIn(text.encode(), content, name)

    def test_wrong_and_missing(self):
        self.begin()
        listing = ("doc", "list", "--store", self.safe)
        self.fails("invalid_argument", *listing, env={"LEYDEN_PASSPHRASE": "wrong"}, says="passphrase", both=False)
        self.fails("invalid_argument", *listing, says="passphrase", both=False)
        self.fails("invalid_argument", *self.on("doc", "list"), env=self.right, says="not encrypted", both=False)
        self.fails("invalid_argument", "store", "check", "--store", self.safe, says="passphrase", both=False)
        self.fails("invalid_argument", "store", "repair", "--store", self.safe, says="passphrase", both=False)

    def test_from_a_file(self):
        self.begin()
        path = self.write("pass.txt", "correct horse\nnot this line\n")
        self.assertEqual(len(self.json("doc", "list", "--store", self.safe, "--passphrase-file", path)), 1)
        for name, content in (("empty.txt", ""), ("blank.txt", "\ncorrect horse")):
            self.fails("invalid_argument", "doc", "list", "--store", self.safe, "--passphrase-file",
                       self.write(name, content), says=name, both=False)
        self.fails("not_found", "doc", "list", "--store", self.safe, "--passphrase-file", self.path("none"), both=False)

    def test_change(self):
        self.begin()
        new = self.write("new.txt", "battery staple")
        self.fails("invalid_argument", "store", "passphrase", "--store", self.safe, "--new-passphrase-file", new,
                   env={"LEYDEN_PASSPHRASE": "wrong"}, both=False)
        self.text("store", "passphrase", "--store", self.safe, "--new-passphrase-file", new, env=self.right)
        self.fails("invalid_argument", "doc", "list", "--store", self.safe, env=self.right, both=False)
        self.assertEqual(len(self.json("doc", "list", "--store", self.safe, "--passphrase-file", new)), 1)
        self.fails("invalid_argument", *self.on("store", "passphrase", "--new-passphrase-file", new), env=self.right,
                   both=False, says="not encrypted")

    def test_there_is_no_flag_for_it(self):
        self.fails("invalid_argument", "doc", "list", "--store", self.safe, "--passphrase", "x")

    def on_terminal(self, args, typed):
        """Runs the command with a terminal of its own; answers each prompt; (exit code, all that was shown)."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(cli.LEYDEN, [cli.LEYDEN, *args], environment())
        shown, end = b"", time.monotonic() + TIMEOUT_S
        typed = list(typed)
        try:
            while time.monotonic() < end:
                if not select.select([terminal], [], [], 1)[0]:
                    continue
                try:
                    more = os.read(terminal, 4096)
                except OSError:  # the terminal closes with the program
                    break
                if not more:
                    break
                shown += more
                if typed and shown.rstrip(b" ").endswith(b":"):
                    time.sleep(0.2)
                    os.write(terminal, typed.pop(0) + b"\n")
        finally:
            os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()

    def test_asked_for_on_the_terminal(self):
        code, shown = self.on_terminal(["store", "passphrase", "--store", self.safe], [b"open sesame", b"open sesame"])
        self.assertEqual(code, 0, shown)
        self.assertIn("a new encrypted store", shown)
        self.assertNotIn("sesame", shown)
        code, shown = self.on_terminal(["doc", "add", self.note, "--store", self.safe], [b"open sesame"])
        self.assertEqual(code, 0, shown)
        self.assertIn("Passphrase of", shown)
        code, shown = self.on_terminal(["doc", "list", "--store", self.safe], [b"open barley"])
        self.assertEqual(code, 2, shown)
        code, shown = self.on_terminal(["store", "passphrase", "--store", self.path("x")], [b"one", b"two"])
        self.assertEqual(code, 2, shown)
        self.assertIn("differ", shown)
        self.assertFalse(os.path.exists(self.path("x")))


if __name__ == "__main__":
    unittest.main()
