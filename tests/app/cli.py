# SPDX-License-Identifier: Apache-2.0
"""What the tests of the command line share: they are started as

    python3 X_test.py REPOSITORY LEYDEN [unittest options]

and drive the program as a user's shell would.
"""
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import unittest

import tiny_model

ROOT, LEYDEN = os.path.abspath(sys.argv.pop(1)), os.path.abspath(sys.argv.pop(1))
TOKENIZER = os.path.join(ROOT, "tests/goldens/tokenizer/tiny.json")

# The table of `leyden --help`.
EXIT_CODES = {"internal": 1, "invalid_argument": 2, "not_found": 3, "corrupt": 4, "unsupported": 5,
              "out_of_memory": 6, "io": 7, "context_overflow": 8, "cancelled": 9, "busy": 10,
              "device_lost": 11}
TIMEOUT_S = 300


class Outcome:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __str__(self):
        return f"exit code {self.code}\nstdout: {self.out[-2000:]!r}\nstderr: {self.err[-2000:]!r}"


def environment(extra=None):
    """Ours, without what would lead the program to another model or store."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("LEYDEN_")}
    return env | (extra or {})


NOBODY = 65534


def start(*args, env=None, cwd=None, stdin=subprocess.PIPE, stdout=subprocess.PIPE, file_limit=None,
          weak=False):
    """@param file_limit  bytes no file may outgrow: a full disk for this process alone
    @param weak  as a user who may not write everywhere, even where the tests run as root"""
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))
    user = NOBODY if weak and os.geteuid() == 0 else None
    return subprocess.Popen([LEYDEN, *map(str, args)], stdin=stdin, stdout=stdout,
                            stderr=subprocess.PIPE, env=environment(env), cwd=cwd, user=user,
                            start_new_session=True,  # no terminal to ask on
                            preexec_fn=limit if file_limit is not None else None)


def needs_weak_user(test):
    """Skips a test where the program cannot be run as another user."""
    def reachable():
        try:
            return run("--version", weak=True).code == 0
        except OSError:
            return False
    return unittest.skipUnless(reachable(), "another user cannot run the program here")(test)


def run(*args, stdin=b"", **options):
    process = start(*args, **options)
    try:
        out, err = process.communicate(stdin, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return Outcome(process.returncode, out, err.decode())


class CliTest(unittest.TestCase):
    """`self.folder` is empty when a test begins and gone after it."""
    maxDiff = 4000

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return self.path(name)

    def text(self, *args, **options):
        """Runs a command that must succeed; its stdout as text."""
        done = run(*args, **options)
        self.assertEqual(done.code, 0, done)
        return done.out.decode()

    def json(self, *args, notes=None, **options):
        """The same with --json; nothing but one line of JSON may come out. With `notes`, a list, what is
        noted on stderr is put there."""
        done = run(*args, "--json", **options)
        self.assertEqual(done.code, 0, done)
        if notes is None:
            self.assertEqual(done.err, "")
        else:
            notes += [json.loads(line)["note"] for line in done.err.splitlines()]
        self.assertEqual(done.out.count(b"\n"), 1, done)
        return json.loads(done.out)

    def check_failure(self, done, codes, says, as_json):
        """Exit code, stdout and stderr of a command that gave up; its message."""
        codes = (codes,) if isinstance(codes, str) else codes
        self.assertIn(done.code, [EXIT_CODES[c] for c in codes], done)
        self.assertEqual(done.out, b"", done)
        self.assertTrue(done.err.endswith("\n"), done)
        if as_json:
            error = json.loads(done.err)
            self.assertEqual(list(error), ["error"])
            self.assertEqual(sorted(error["error"]), ["code", "message"])
            code, message = error["error"]["code"], error["error"]["message"]
        else:
            err = re.sub(r"(?m)^note: .*\n", "", done.err)  # what a model is taken for may be noted before
            self.assertRegex(err, r"(?s)^leyden: .* \(\w+\)\n$")
            code, message = err[:-2].rsplit(" (", 1)[1], err[8:].rsplit(" (", 1)[0]
        self.assertEqual(EXIT_CODES[code], done.code)
        self.assertGreater(len(message), 4)
        for part in (says,) if isinstance(says, str) else says:
            self.assertIn(part, message)
        return message

    def fails(self, codes, *args, says=(), both=True, **options):
        """A command must give up with one of `codes` and a message with each of `says`, in JSON and,
        where `both`, in plain text."""
        message = self.check_failure(run(*args, "--json", **options), codes, says, True)
        if both:
            self.check_failure(run(*args, **options), codes, says, False)
        return message


class TinyModelTest(CliTest):
    """`self.model` answers nonsense in no time."""

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.model = tiny_model.make(os.path.join(scratch.name, "tiny"), TOKENIZER)
