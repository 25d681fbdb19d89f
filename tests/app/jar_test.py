# SPDX-License-Identifier: Apache-2.0
"""leyden session, leyden doc: what they print, change and refuse."""
import os
import unicodedata
import unittest

import golden_store
from cli import CliTest
from golden_store import ANSWER, QUESTION, SESSION

SESSION_KEYS = {"id", "uuid", "title", "model", "fingerprint", "created_ms", "used_ms", "pinned", "messages",
                "tokens", "kv_bytes", "kept_bytes", "documents", "forked_from"}


def columns(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


class JarTest(CliTest):
    """`self.jar` holds one session of two messages over one document, with its KV."""

    def setUp(self):
        super().setUp()
        self.jar = golden_store.unpack(self.path("jar"))

    def on(self, *command, store=None):
        """The words of a command on the store, in the order a user would type."""
        return [*command, "--store", store or self.jar]

    def sessions(self, store=None):
        return self.json(*self.on("session", "list", store=store))

    def documents(self):
        return self.json(*self.on("doc", "list"))


class Sessions(JarTest):
    def test_list(self):
        (one,) = self.sessions()
        self.assertEqual(set(one), SESSION_KEYS)
        self.assertEqual((one["title"], one["model"], one["messages"]), (SESSION, "golden", 2))
        self.assertEqual((one["pinned"], one["forked_from"], len(one["documents"])), (False, 0, 1))
        self.assertGreater(one["kv_bytes"], 0)
        self.assertEqual(one["kept_bytes"], one["kv_bytes"])
        self.assertRegex(one["uuid"], "^[0-9a-f]{32}$")

    def test_what_eviction_left(self):
        jar = golden_store.unpack(self.path("evicted"), "store_v3")
        sessions = {s["title"]: s for s in self.sessions(jar)}
        whole, part = sessions[SESSION], sessions["Evicted"]
        self.assertEqual(whole["kept_bytes"], whole["kv_bytes"])
        self.assertTrue(0 < part["kept_bytes"] < part["kv_bytes"], part)
        stored = self.json(*self.on("session", "show", "Evicted", store=jar))["stored_bytes"]
        self.assertGreater(stored, 0)
        self.json(*self.on("store", "collect", "--quota", "1", store=jar))
        for session in self.sessions(jar):
            self.assertEqual(session["kept_bytes"], 0)
            self.assertGreater(session["kv_bytes"], 0)
            info = self.json(*self.on("session", "show", str(session["id"]), store=jar))
            self.assertEqual(info["stored_bytes"], 0)
        self.assertIn("0 B of ", self.text(*self.on("session", "list", store=jar)))
        self.assertIn("(0 B on disk)", self.text(*self.on("session", "show", "Evicted", store=jar)))

    def test_table_fits_the_terminal(self):
        for title in ("x" * 300, "深度学习" * 40, "bell \x07 and \x1b[31mred\nsecond line", ""):
            fork = self.json(*self.on("session", "fork", SESSION, "--title", title or " "))["id"]
            if not title:
                self.text(*self.on("session", "rename", str(fork), ""))
        self.text(*self.on("session", "pin", str(fork)))
        text = self.text(*self.on("session", "list"))
        lines = text.splitlines()
        self.assertEqual(len(lines), 6)
        for line in lines:
            self.assertLessEqual(columns(line), 80, line)
            self.assertTrue(line.isprintable(), line)
        self.assertIn("(untitled) (pinned)", text)
        self.assertIn("…", text)
        self.assertEqual(len(self.text(*self.on("session", "list", "--limit", "2")).splitlines()), 3)

    def test_show(self):
        info = self.json(*self.on("session", "show", SESSION))
        self.assertLessEqual(SESSION_KEYS | {"head", "settings", "quota_bytes", "stored_bytes", "branch"}, set(info))
        self.assertEqual(info["settings"], {"a": 1})
        self.assertEqual([d["title"] for d in info["documents"]], ["Document"])
        self.assertEqual([(m["role"], m["text"]) for m in info["branch"]],
                         [("user", QUESTION), ("assistant", ANSWER)])
        for m in info["branch"]:
            self.assertEqual(set(m), {"id", "parent", "role", "text", "thinking", "state", "created_ms",
                                      "tokens", "siblings", "branch_ends", "extra"})
            self.assertEqual((m["state"], m["siblings"], m["branch_ends"]), ("complete", [m["id"]], []))
        self.assertEqual(info["head"], info["branch"][-1]["id"])
        text = self.text(*self.on("session", "show", str(info["id"])))
        for part in (SESSION, QUESTION, ANSWER, "Document", info["uuid"]):
            self.assertIn(part, text)

    def test_names(self):
        (one,) = self.sessions()
        for name in (SESSION, str(one["id"]), one["uuid"], one["uuid"][:8]):
            self.assertEqual(self.json(*self.on("session", "show", name))["id"], one["id"])
        self.fails("not_found", *self.on("session", "show", "nobody"), says="nobody")
        self.fails("not_found", *self.on("session", "show", one["uuid"][:7]))
        self.json(*self.on("session", "fork", SESSION))
        self.fails("invalid_argument", *self.on("session", "show", SESSION), says="several")

    def test_search(self):
        hits = self.json(*self.on("session", "search", "kept"))
        self.assertEqual(len(hits), 1)
        self.assertEqual(set(hits[0]), {"kind", "session", "message", "document", "part", "title", "label",
                                        "snippet", "marks"})
        self.assertEqual((hits[0]["kind"], hits[0]["title"], hits[0]["snippet"]), ("message", SESSION, QUESTION))
        raw = hits[0]["snippet"].encode()
        self.assertEqual([raw[b:e] for b, e in hits[0]["marks"]], [b"kept"])
        for query, kind in (("黄金", "title"), ("一页", "document"), ('"what is"', "message"), ("every", "message"),
                            ("document", "title")):
            self.assertEqual([h["kind"] for h in self.json(*self.on("session", "search", query))], [kind], query)
        for query in ("absent", '"is what"', "", "  ", "AND OR NOT", '"', "kept NEAR(x)", "*"):
            self.assertEqual(self.json(*self.on("session", "search", query)), [], query)
        self.assertEqual(self.text(*self.on("session", "search", "absent")), "Nothing found.\n")
        self.assertIn("p. 1", self.text(*self.on("session", "search", "一页")))

    def test_rename(self):
        info = self.json(*self.on("session", "rename", SESSION, "Harbour ⚓"))
        self.assertEqual(info["title"], "Harbour ⚓")
        self.assertEqual(self.sessions()[0]["title"], "Harbour ⚓")
        self.assertEqual([h["kind"] for h in self.json(*self.on("session", "search", "harbour"))], ["title"])
        self.assertEqual(self.json(*self.on("session", "search", "黄金")), [])
        self.fails("not_found", *self.on("session", "rename", "nobody", "x"))

    def test_fork(self):
        first = self.json(*self.on("session", "show", SESSION))
        fork = self.json(*self.on("session", "fork", SESSION, "--title", "Again"))
        self.assertEqual((fork["title"], fork["forked_from"], fork["tokens"]), ("Again", first["id"], first["tokens"]))
        question = first["branch"][0]["id"]
        early = self.json(*self.on("session", "fork", str(first["id"]), "--at", str(question)))
        self.assertEqual((early["title"], early["head"]), (SESSION, question))
        self.assertEqual(len(self.sessions()), 3)
        self.fails("not_found", *self.on("session", "fork", str(first["id"]), "--at", "999"), says="999")
        self.fails("invalid_argument", *self.on("session", "fork", str(first["id"]), "--at", "0"))
        self.assertEqual(len(self.sessions()), 3)

    def test_pin(self):
        self.assertIs(self.json(*self.on("session", "pin", SESSION))["pinned"], True)
        self.assertIs(self.sessions()[0]["pinned"], True)
        self.assertIs(self.json(*self.on("session", "pin", SESSION, "--off"))["pinned"], False)

    def test_rm(self):
        fork = self.json(*self.on("session", "fork", SESSION, "--title", "Second"))["id"]
        self.fails("not_found", *self.on("session", "rm", "Second", "nobody"))
        self.assertEqual(len(self.sessions()), 2)
        self.assertEqual(self.json(*self.on("session", "rm", "Second")), {"removed": [fork], "shredded": False})
        self.assertEqual(self.json(*self.on("session", "show", SESSION))["branch"][1]["text"], ANSWER)
        self.text(*self.on("session", "rm", SESSION))
        self.assertEqual(self.sessions(), [])
        self.assertEqual(self.text(*self.on("session", "list")), "No sessions yet.\n")
        self.fails("invalid_argument", *self.on("session", "rm"), says="session")

    def bytes_of_store(self):
        out = b""
        for name in os.listdir(self.jar):
            with open(os.path.join(self.jar, name), "rb") as file:
                out += file.read()
        return out

    def test_shred(self):
        self.assertIn(ANSWER.encode(), self.bytes_of_store())
        self.json(*self.on("session", "rm", SESSION, "--shred"))
        left = self.bytes_of_store()
        for text in (ANSWER, QUESTION, SESSION, "Golden"):
            self.assertNotIn(text.encode(), left)
        self.assertEqual(self.json(*self.on("store", "stats"))["pages"], 0)
        self.assertIs(self.json(*self.on("store", "check"))["sound"], True)

    def test_transcript(self):
        text = self.text(*self.on("session", "transcript", SESSION))
        self.assertTrue(text.startswith("# " + SESSION), text)
        self.assertLess(text.index(QUESTION), text.index(ANSWER))
        whole = self.json(*self.on("session", "transcript", SESSION))
        self.assertEqual((whole["format"], whole["title"]), ("leyden.transcript/1", SESSION))
        self.assertEqual([m["text"] for m in whole["messages"]], [QUESTION, ANSWER])

    def test_without_a_store(self):
        env = {"XDG_DATA_HOME": self.path("data")}
        self.assertEqual(self.json("session", "list", env=env), [])
        self.assertEqual(self.json("doc", "list", env=env), [])
        for command in (("session", "show", "x"), ("session", "search", "x"), ("session", "rm", "x"),
                        ("session", "rename", "x", "y"), ("session", "export", "x", self.path("f")),
                        ("doc", "show", "x"), ("doc", "rm", "x"), ("store", "stats"), ("store", "check")):
            self.fails("not_found", *command, env=env, says="no store", both=False)
        self.fails("not_found", "session", "list", "--store", self.path("typo"), says="typo")
        self.assertEqual(os.listdir(self.folder), ["jar"])


class Bundles(JarTest):
    def setUp(self):
        super().setUp()
        self.file = self.path("golden.leyden")
        self.other = self.path("other")

    def test_moves_a_session_whole(self):
        out = self.json(*self.on("session", "export", SESSION, self.file))
        self.assertEqual((out["messages"], out["documents"], out["pages"], out["note"]), (2, 1, 3, ""))
        self.assertEqual((out["file"], out["bytes"]), (self.file, os.path.getsize(self.file)))
        self.assertEqual(os.stat(self.file).st_mode & 0o777, 0o600)
        back = self.json(*self.on("session", "import", self.file, store=self.other))
        self.assertEqual((back["messages"], back["documents"], back["pages"], back["note"]),
                         (2, 1, 3, "document 'Document' without its page map, which is no JSON"))
        (one,), (copy,) = self.sessions(), self.sessions(self.other)
        for key in ("uuid", "title", "model", "fingerprint", "messages", "tokens", "kv_bytes"):
            self.assertEqual(one[key], copy[key], key)
        self.assertIs(self.json(*self.on("store", "check", store=self.other))["sound"], True)
        again = self.json(*self.on("session", "import", self.file, store=self.other))
        self.assertNotEqual(again["session"], back["session"])
        self.assertEqual(len({s["uuid"] for s in self.sessions(self.other)}), 2)
        self.assertEqual(self.json(*self.on("store", "stats", store=self.other))["pages"], 3)
        self.assertIn("imported as session", self.text(*self.on("session", "import", self.file, store=self.other)))

    def test_where_nothing_can_be_written(self):
        before = sorted(os.listdir(self.folder))
        for target in (self.path("no", "where"), self.folder, "/dev/full", "/proc/self/x"):
            self.fails(("io", "not_found", "invalid_argument"), *self.on("session", "export", SESSION, target))
        self.assertTrue(os.path.exists("/dev/full") and not os.path.isfile("/dev/full"))
        self.assertEqual(sorted(os.listdir(self.folder)), before)

    def test_disk_full(self):
        self.write("golden.leyden", "an older file")
        self.fails("io", *self.on("session", "export", SESSION, self.file), file_limit=2000, both=False)
        with open(self.file) as file:
            self.assertEqual(file.read(), "an older file")
        self.assertEqual(sorted(os.listdir(self.folder)), ["golden.leyden", "jar"])

    def test_damaged_bundles_change_nothing(self):
        self.json(*self.on("session", "export", SESSION, self.file))
        with open(self.file, "rb") as file:
            whole = file.read()
        bad = self.path("bad.leyden")
        for content in (b"", b"LYBUNDL1", b"PK\x03\x04" + whole[4:], whole[:-1], whole[:len(whole) // 2],
                        whole + b"x", *(whole[:i] + bytes([whole[i] ^ 1]) + whole[i + 1:]
                                        for i in range(8, len(whole), len(whole) // 12))):
            self.write("bad.leyden", content)
            self.fails(("corrupt", "unsupported"), *self.on("session", "import", bad), both=False, says="bad.leyden")
            self.assertEqual(len(self.sessions()), 1)
        self.fails("not_found", *self.on("session", "import", self.path("none")), says="none")
        self.fails(("io", "invalid_argument", "corrupt"), *self.on("session", "import", self.folder))


class Documents(JarTest):
    def test_add_list_show_rm(self):
        harbour = self.write("harbour.md", "\ufeff# Harbour\n\nAda keeps the light. 数字\n")
        tide = self.write("tide.txt", "Twice a day.")
        added = self.json(*self.on("doc", "add", harbour, tide))
        self.assertEqual([(d["title"], d["file"], d["new"]) for d in added],
                         [("harbour.md", harbour, True), ("tide.txt", tide, True)])
        listed = self.documents()
        self.assertEqual([d["title"] for d in listed], ["tide.txt", "harbour.md", "Document"])
        for d in listed:
            self.assertEqual(set(d), {"id", "hash", "title", "source", "parts", "tokens", "added_ms", "pinned"})
        for name in ("harbour.md", harbour, str(added[0]["id"]), listed[1]["hash"][:8]):
            info = self.json(*self.on("doc", "show", name, "--text"))
            self.assertEqual(info["text"], ["# Harbour\n\nAda keeps the light. 数字\n"])
        self.assertEqual(info["bytes"], len(info["text"][0].encode()))
        self.assertEqual(self.text(*self.on("doc", "show", "tide.txt", "--text")), "Twice a day.\n")
        self.assertIn("12 B in 1 part", self.text(*self.on("doc", "show", "tide.txt")))
        for line in self.text(*self.on("doc", "list")).splitlines():
            self.assertLessEqual(columns(line), 80)
        self.assertEqual([h["document"] for h in self.json(*self.on("session", "search", "light"))], [added[0]["id"]])
        self.assertEqual(self.json(*self.on("doc", "rm", "tide.txt", "harbour.md"))["removed"],
                         [added[1]["id"], added[0]["id"]])
        self.assertEqual(len(self.documents()), 1)

    def test_a_title_is_said_as_it_is(self):
        chinese = self.write("潮汐.txt", "一天两次。")
        self.assertRegex(self.text(*self.on("doc", "add", chinese)), r"added as document \d+, '潮汐\.txt'\n$")
        forked = self.text(*self.on("session", "fork", SESSION, "--title", "灯塔\x1b[31m"))
        self.assertIn("'灯塔", forked)
        self.assertTrue(forked.strip().isprintable(), forked)

    def test_files_for_the_reader(self):
        page = self.write("page.html", "<title>Low tide</title><h1>Tide</h1><p>Twice a <b>day</b>.")
        self.assertEqual(self.json(*self.on("doc", "add", page))[0]["title"], "Low tide")
        shown = self.json(*self.on("doc", "show", "Low tide", "--text"))
        self.assertEqual((shown["labels"], shown["text"]), (["1"], ["Tide\n\nTwice a day."]))
        broken = self.write("broken.pdf", "%PDF-1.4 and nothing else")
        self.fails("corrupt", *self.on("doc", "add", broken), says="broken.pdf")

    def test_the_same_text_is_one_document(self):
        a, b = self.write("a.txt", "The same."), self.write("b.txt", "The same.")
        first = self.json(*self.on("doc", "add", a))[0]
        second = self.json(*self.on("doc", "add", b))[0]
        self.assertEqual((first["id"], second["new"]), (second["id"], False))
        self.assertIn("is there already", self.text(*self.on("doc", "add", a)))

    def test_title(self):
        a = self.write("a.txt", "Text.")
        self.assertEqual(self.json(*self.on("doc", "add", a, "--title", "Novel"))[0]["title"], "Novel")
        self.fails("invalid_argument", *self.on("doc", "add", a, a, "--title", "x"), says="--title")

    def test_one_in_use_stays(self):
        message = self.fails("invalid_argument", *self.on("doc", "rm", "Document"))
        self.assertIn(f"session {self.sessions()[0]['id']}", message)
        self.json(*self.on("session", "rm", SESSION))
        self.json(*self.on("doc", "rm", "Document"))
        self.assertEqual(self.documents(), [])

    def test_bad_files_add_nothing(self):
        good = self.write("good.txt", "Good.")
        for name, content, says in (("empty.txt", "", "empty"), ("latin.txt", b"caf\xe9 x", "offset 3"),
                                    ("none.txt", None, "none.txt")):
            path = self.path(name) if content is None else self.write(name, content)
            self.fails(("invalid_argument", "not_found"), *self.on("doc", "add", good, path), says=says)
            self.fails(("invalid_argument", "not_found"), "doc", "add", path, "--store", self.path("new"))
        self.assertEqual(len(self.documents()), 1)
        self.assertFalse(os.path.exists(self.path("new")))

    def test_unknown(self):
        for command in ("show", "rm"):
            self.fails("not_found", *self.on("doc", command, "nothing"), says="nothing")


class Misuse(CliTest):
    def test_groups_name_their_commands(self):
        for group in ("session", "doc", "store"):
            self.fails("invalid_argument", group, says=f"leyden {group} --help")
            self.fails("invalid_argument", group, "dance", says=("dance", f"leyden {group} --help"))
            self.assertIn("COMMAND --help", self.text(group, "--help"))
        self.fails("invalid_argument", "session", "fork", says="leyden session fork --help")


if __name__ == "__main__":
    unittest.main()
