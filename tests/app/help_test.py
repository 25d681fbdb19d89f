# SPDX-License-Identifier: Apache-2.0
"""What the help says is true: every example in it is run, in a folder that has what it names."""
import os
import re
import shutil
import subprocess
import unittest

import cli
import golden_store
from cli import TinyModelTest, environment

MODEL = os.path.join(cli.ROOT, "models", "default")
MISSING_HERE = re.compile(r"/data/DeepSeek-V3.2-Exp|\bDIR\b")


def helps(*path):
    """(words of a command, its help) for the command and all below it."""
    text = cli.run(*path, "--help").out.decode()
    yield path, text
    listed = re.search(r"(?ms)^Subcommands:\n(.*?)(?=^\S|\Z)", text)
    for name in re.findall(r"(?m)^  (\S+)", listed.group(1)) if listed else ():
        yield from helps(*path, name)


def examples(text):
    listed = re.search(r"(?ms)^Examples:\n(.*)", text)
    for line in re.findall(r"(?m)^  (\S.*)$", listed.group(1)) if listed else ():
        yield re.sub(r"\s+\(interactive\)$", "", line)


class Help(TinyModelTest):
    def setUp(self):
        super().setUp()
        text = "The keeper of the lighthouse is Ada.\n\nThe harbour closes at nine.\n"
        for name in ("report.md", "a.md", "b.txt", "a.txt", "chapter.txt"):
            self.write(name, text + name)
        self.write("report.pdf", "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1"
                   "/Kids[3 0 R]>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\n"
                   "trailer<</Root 1 0 R>>\n%%EOF\n")
        self.write("suite.jsonl", '{"kind": "questions", "length": 64, "language": "en", "title": "a", "text": "The keeper is Ada.", '
                   '"reference": "[{n}]", "refusals": ["No."], "questions": [{"task": "fact", "question": "Who?", '
                   '"gold": [[0, 18]], "value": "Ada"}]}\n')
        self.write("ids.txt", "3 4 5")
        self.write("old.txt", "old passphrase")
        self.write("new.txt", "new passphrase")
        os.mkdir(self.path("bin"))
        os.symlink(cli.LEYDEN, self.path("bin", "leyden"))
        self.write("bin/jq", "#!/bin/sh\nexec cat\n")
        os.chmod(self.path("bin", "jq"), 0o755)
        self.env = environment({"PATH": self.path("bin") + ":" + os.environ["PATH"],
                                "XDG_DATA_HOME": self.path("data")})

    def shell(self, line):
        # Where the model itself decides on calls, weights drawn at random may call until their context is full.
        model = MODEL if "--library" in line else self.model
        return subprocess.run(["bash", "-o", "pipefail", "-c", line], cwd=self.folder, env=self.env | {"LEYDEN_MODEL": model},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=cli.TIMEOUT_S,
                              start_new_session=True)

    def make_jar(self):
        """A store with sessions 12 and 14, one titled "Harbour report", one "report", and the documents of the examples."""
        jar = golden_store.unpack(self.path("jar"))
        on = ("--store", jar)
        for expected in (12, 14):
            made = self.json("session", "fork", golden_store.SESSION, "--title", "Other", *on)
            self.assertEqual(made["id"], expected)
        self.json("session", "rename", "12", "Harbour report", *on)
        self.json("session", "rename", golden_store.SESSION, "report", *on)
        self.json("session", "export", "14", self.path("harbour.leyden"), *on)
        self.json("doc", "add", self.path("report.md"), *on)
        return jar

    def test_every_example(self):
        seen, made = 0, self.make_jar()
        jar = self.path("data", "leyden")
        for path, text in helps():
            for line in examples(text):
                if line == "leyden COMMAND --help":
                    line = "leyden info --help"
                with self.subTest(command=" ".join(path), example=line):
                    shutil.rmtree(self.path("data"), ignore_errors=True)
                    shutil.copytree(made, jar)
                    said = line
                    if "chat --session report --doc" in line:  # a chat that begins
                        self.json("session", "rename", "report", "Another", "--store", jar)
                    if "store passphrase" in line:
                        shutil.rmtree(jar)
                        begun = self.shell("LEYDEN_NEW_PASSPHRASE='old passphrase' leyden store passphrase")
                        self.assertEqual(begun.returncode, 0, begun.stderr)
                        if "file" not in line:
                            said = "LEYDEN_PASSPHRASE='old passphrase' LEYDEN_NEW_PASSPHRASE=x " + line
                    said = said.replace("/backup/leyden", self.path("backup"))
                    said = said.replace("--store DIR", "--store " + jar)
                    said = MISSING_HERE.sub(self.model, said)
                    if said.startswith("leyden bench"):
                        said = re.sub(r"--context \S+", "--context 64,128", said)
                    done = self.shell(said)
                    self.assertEqual(done.returncode, 0, done.stderr)
                seen += 1
        self.assertGreater(seen, 20)

    def test_every_command_explains_itself(self):
        commands = dict(helps())
        self.assertGreater(len(commands), 25)
        for path, text in commands.items():
            with self.subTest(command=" ".join(path)):
                self.assertIn("Usage:", text)
                if path and "Subcommands:" not in text:
                    self.assertIn("--json", text)
                    self.assertGreater(len(list(examples(text))), 0)

    def completions(self, *words):
        line = (f"source {cli.ROOT}/app/cli/leyden.bash; COMP_WORDS=(leyden {' '.join(words[:-1])} '{words[-1]}'); "
                f"COMP_CWORD={len(words)}; _leyden; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
        done = self.shell(line)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split()

    def test_completion(self):
        self.assertEqual(self.completions("ses"), ["session"])
        self.assertLessEqual({"chat", "info", "session", "doc", "store"}, set(self.completions("")))
        self.assertEqual(sorted(self.completions("session", "re")), ["rename", "resume"])
        self.assertEqual(self.completions("session", "rm", "--sh"), ["--shred"])
        self.assertEqual(self.completions("chat", "--evi"), ["--evidence"])
        self.assertEqual(self.completions("chat", "--doc", "rep"), [])  # bash goes on with files


if __name__ == "__main__":
    unittest.main()
