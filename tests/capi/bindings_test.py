# SPDX-License-Identifier: Apache-2.0
"""The same chat over a document from C, C++, Python, Rust and Java gives the same words; from all but C also
the same plan and run with a function of the program as a tool, and the same tokens, logits and words of a
conversation that is kept, resumed and forked, and the same manners (tests/capi/manners). Python's streaming,
asyncio, cancelling and errors; the wheel.

    python3 bindings_test.py REPOSITORY BUILD LIBLEYDEN MODEL_FOLDER

MODEL_FOLDER: a model that answers (the default model, or the scripted library with its own). Languages
whose compiler is missing are reported as skipped (./dev setup --tools installs them).
"""
import ast
import asyncio
import glob
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest
import zipfile

ROOT, BUILD, LIBRARY, MODEL = (os.path.abspath(sys.argv.pop(1)) for _ in range(4))
LIB_FOLDER = os.path.dirname(LIBRARY)
BINDINGS = os.path.join(ROOT, "capi", "bindings")
os.environ |= {"LEYDEN_LIBRARY": LIBRARY, "LEYDEN_MODEL": MODEL, "LD_LIBRARY_PATH": LIB_FOLDER,
               "PYTHONPATH": os.path.join(BINDINGS, "python")}
sys.path[:0] = [os.path.join(BINDINGS, "python"), os.path.join(ROOT, "tests", "tools")]
import leyden  # noqa: E402
from commands import run  # noqa: E402

TIDE = "Tell me the tide in Brest."
QUESTION = "When did the lamp of the tower go out?"
DOCUMENT = "\n\n".join(["The harbour master wrote the log book every evening before the bell.",
                        "The lamp of the tower went out at nine o'clock on the fourth of March.",
                        "Two ships waited outside until the keeper had lit it again by hand."])
MANNERS = os.path.join(ROOT, "tests", "capi", "manners")
CRATE = f"""[package]
name = "manners"
version = "0.1.0"
edition = "2021"
[[bin]]
name = "manners"
path = "{MANNERS}/manners.rs"
[dependencies]
leyden = {{ path = "{BINDINGS}/rust/leyden" }}
"""
JNA = "/usr/share/java/jna.jar"


class SameWords(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.document = os.path.join(cls.scratch.name, "log.txt")
        with open(cls.document, "w", encoding="utf-8") as out:
            out.write(DOCUMENT)
        with leyden.Model() as model, model.chat() as chat:
            chat.add_document(cls.document, DOCUMENT)
            cls.expected = chat.ask(QUESTION, max_tokens=120).text + "\n"
            cls.tide = run(sys.executable, os.path.join(BINDINGS, "python", "examples", "tide.py"), TIDE)
            cls.jar = cls.kept(sys.executable, os.path.join(BINDINGS, "python", "examples", "keep.py"))
            cls.expected_next = chat.ask("And who lit it again?", max_tokens=120).text + "\n"

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def speaks(self, *command):
        """The same words as Python's; and again from a jar, where the second question resumes."""
        self.assertGreater(len(self.expected), 2)
        self.assertEqual(run(*command, self.document, QUESTION), self.expected)
        jar = tempfile.mkdtemp(dir=self.scratch.name)
        self.assertEqual(run(*command, self.document, QUESTION, jar), self.expected)
        again = subprocess.run([*command, self.document, "And who lit it again?", jar], capture_output=True)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn(b"resumed", again.stderr)
        self.assertEqual(again.stdout.decode(), self.expected_next)

    def plans_and_calls(self, *command):
        """A plan, and an answer for which a function of the program was called."""
        self.assertRegex(self.tide, r"\Afits\n.+\ncalled [1-9]")
        self.assertEqual(run(*command, TIDE), self.tide)

    @classmethod
    def kept(cls, *command):
        return run(*command, cls.document, QUESTION, "And who lit it again?", tempfile.mkdtemp(dir=cls.scratch.name))

    def keeps_and_forks(self, *command):
        """Raw tokens and logits; a kept chat, resumed and forked, word for word as in Python."""
        likeliest = r"\d+" if "LEYDEN_FAKE_SCRIPT" in os.environ else r"\1"  # a script has its own tokens
        answer = r".+\n(?:Answer: .+\n)?"                                      # a quote, and often its value
        self.assertRegex(self.jar, r"\AGrüße, 世界!\n(\d+) \d+ \d+ \d+ after " + likeliest + r"\n" + answer +
                                   r"(?:resumed, the same\n" + answer + r"){2}told\nfound\nsound\n\Z")
        self.assertEqual(self.kept(*command), self.jar)

    def behaves(self, *command):
        """What a program of that language may rely on (tests/capi/manners)."""
        self.assertEqual(run(*command, tempfile.mkdtemp(dir=self.scratch.name)), "ok\n")

    def built(self, compiler, source, *flags):
        program = os.path.join(self.scratch.name, os.path.basename(source).replace(".", "_"))
        run(compiler, "-Wall", "-Wextra", "-pedantic", "-Werror", *flags, os.path.join(BINDINGS, source), "-o",
            program, f"-I{BUILD}/include", f"-L{LIB_FOLDER}", "-lleyden")
        return program

    def test_c(self):
        self.speaks(self.built("gcc", "c/chat.c", "-std=c11"))

    def test_cpp(self):
        for standard in ("c++17", "c++20"):
            self.speaks(self.built("g++", "cpp/examples/chat.cpp", f"-std={standard}"))
            self.plans_and_calls(self.built("g++", "cpp/examples/tide.cpp", f"-std={standard}"))
            self.keeps_and_forks(self.built("g++", "cpp/examples/keep.cpp", f"-std={standard}"))
        self.behaves(self.built("g++", os.path.join(MANNERS, "manners.cpp"), "-std=c++17"))

    def test_python(self):
        self.speaks(sys.executable, os.path.join(BINDINGS, "python", "examples", "chat.py"))

    def rust(self, cargo):
        """Builds the examples and the manners with one cargo; the folder of the programs."""
        target = os.path.join(BUILD, "rust" + os.path.dirname(cargo).replace("/", "_"))
        crate = tempfile.mkdtemp(dir=self.scratch.name)  # another crate, as a program has it
        with open(os.path.join(crate, "Cargo.toml"), "w", encoding="utf-8") as out:
            out.write(CRATE)
        tools = {"PATH": os.path.dirname(cargo) + os.pathsep + os.environ["PATH"], "LEYDEN_LIB_DIR": LIB_FOLDER,
                 "RUSTFLAGS": "-D warnings"}
        for folder, what in ((os.path.join(BINDINGS, "rust"), "--examples"), (crate, "--bins")):
            run(cargo, "build", "--offline", "--quiet", what, "--target-dir", target, cwd=folder,
                env=os.environ | tools)
        return os.path.join(target, "debug")

    def test_rust(self):
        cargo = shutil.which("cargo")
        if not cargo:
            self.skipTest("cargo is not installed")
        programs = self.rust(cargo)
        self.speaks(os.path.join(programs, "examples", "chat"))
        self.plans_and_calls(os.path.join(programs, "examples", "tide"))
        self.keeps_and_forks(os.path.join(programs, "examples", "keep"))
        self.behaves(os.path.join(programs, "manners"))

    def test_rust_of_debian(self):
        """The oldest compiler that is promised (rust-version in Cargo.toml)."""
        if not os.path.exists("/usr/bin/cargo") or shutil.which("cargo") == "/usr/bin/cargo":
            self.skipTest("the system has no cargo besides")
        self.behaves(os.path.join(self.rust("/usr/bin/cargo"), "manners"))

    def test_java(self):
        if not shutil.which("javac") or not os.path.exists(JNA):
            self.skipTest("javac or JNA is not installed")
        classes = os.path.join(self.scratch.name, "classes")
        sources = [p for folder in ("src/leyden", "examples")
                   for p in sorted(glob.glob(os.path.join(BINDINGS, "java", folder, "*.java")))]
        sources.append(os.path.join(MANNERS, "Manners.java"))
        run("javac", "-Xlint:all,-serial", "-Werror", "-encoding", "UTF-8", "-cp", JNA, "-d", classes, *sources)
        java = ("java", "-cp", f"{classes}:{JNA}", f"-Djna.library.path={LIB_FOLDER}")
        self.speaks(*java, "ChatExample")
        self.plans_and_calls(*java, "TideExample")
        self.keeps_and_forks(*java, "KeepExample")
        self.behaves(*java, "Manners")


class Python(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = leyden.Model(threads=2)

    @classmethod
    def tearDownClass(cls):
        cls.model.close()

    def test_stream_tells_what_the_answer_says(self):
        with self.model.chat() as chat:
            chat.add_document("Log", DOCUMENT)
            stream = chat.stream(QUESTION, max_tokens=40, evidence=True)
            events = list(stream)
            self.assertEqual("".join(e.text for e in events if e.kind == "text"), stream.answer.text)
            self.assertTrue(any(e.kind == "prefill" and e.done == e.total > 0 for e in events))
            self.assertIsInstance(stream.answer.evidence, list)
            self.assertEqual([m["role"] for m in chat.messages], ["user", "assistant"])

    def test_asyncio_streams_two_chats_at_once(self):
        async def one(chat):
            return "".join([e.text async for e in chat.astream("Hello?", max_tokens=12) if e.kind == "text"])

        async def both():
            with self.model.chat() as a, self.model.chat() as b:
                return await asyncio.gather(one(a), one(b))
        first, second = asyncio.run(both())
        self.assertEqual(first, second)
        self.assertTrue(first)

    def test_leaving_a_stream_cancels_it(self):
        with self.model.chat() as chat:
            stream = chat.stream("Tell me everything.")
            next(stream)
            stream.close()
            self.assertIsNotNone(chat.info)

    def test_cancel_from_another_thread(self):
        with self.model.chat() as chat, leyden.Cancel() as cancel:
            timer = threading.Timer(0.05, cancel.request)
            timer.start()
            answer = chat.ask("Tell me everything.", cancel=cancel, max_tokens=2000)
            timer.join()
            self.assertIn(answer.finish_reason, ("cancelled", "stop", "length"))

    def test_what_a_callback_raises_comes_back(self):
        class Oops(Exception):
            pass

        def raiser(event):
            raise Oops(event.kind)
        with self.model.chat() as chat:
            with self.assertRaises(Oops):
                chat.ask("Hello?", raiser, max_tokens=50)
            self.assertTrue(chat.ask("Hello?", max_tokens=4).details["usage"]["completion_tokens"])

    def test_errors_and_closed_objects(self):
        with self.assertRaises(leyden.LeydenError) as caught:
            leyden.Model("/nowhere")
        self.assertEqual(caught.exception.name, "not_found")
        self.assertIn("/nowhere", str(caught.exception))
        chat = self.model.chat()
        chat.close()
        chat.close()
        with self.assertRaises(ValueError):
            chat.ask("Hello?")

    def test_tokens_logits_and_generation(self):
        tokenizer = self.model.tokenizer()
        ids = tokenizer.encode("Grüße, 世界!")
        self.assertEqual(tokenizer.decode(ids).decode(), "Grüße, 世界!")
        rows = self.model.logits(ids)
        self.assertEqual([len(r) for r in rows], [self.model.vocab_size] * len(ids))
        seen = []
        new, details = self.model.generate(ids, max_tokens=3, on_token=lambda i, _: seen.append(i))
        self.assertEqual(new, seen)
        if "LEYDEN_FAKE_SCRIPT" not in os.environ:  # a script has its own tokens
            biased = leyden.Sampling(logit_bias={7: 1e4})
            self.assertEqual(self.model.generate(ids, max_tokens=2, sampling=biased)[0], [7, 7])
            with leyden.Model(precision="reference", attention="dense", threads=2) as other:
                self.assertEqual((other.stats["precision"], other.stats["attention"]), ("reference", "dense"))
        self.assertEqual(details["usage"]["prompt_tokens"], len(ids))

    def test_store(self):
        with tempfile.TemporaryDirectory() as folder, leyden.Store(folder) as store:
            session = store.create_session("Tower")
            self.assertEqual(store.find_session("Tower"), session)
            self.assertEqual([s["title"] for s in store.sessions()], ["Tower"])
            self.assertEqual(store.messages(session), [])

    def test_a_kept_chat_comes_back_and_branches(self):
        with tempfile.TemporaryDirectory() as folder, leyden.Store(folder) as store:
            session = store.create_session("Tower")
            with leyden.Model(threads=2, store=store) as model:
                with model.chat(session) as chat:
                    self.assertEqual((chat.session, chat.resume["kind"]), (session, "new"))
                    chat.add_document("Log", DOCUMENT)
                    first = chat.ask(QUESTION, max_tokens=30)
                with model.chat(session) as chat:
                    self.assertIn(chat.resume["kind"], ("ready", "reread"))
                    self.assertEqual(chat.messages[-1]["content"], first.text)
                    self.assertTrue(chat.verify()["same"])
                    self.assertTrue(chat.answer_again(max_tokens=30).text)
                    last = store.messages(session)[-1]
                    self.assertEqual(len(last["siblings"]), 2)

    def test_a_host_function_is_called_and_asked_about(self):
        asked, ports = [], []
        with leyden.Toolbox() as toolbox, self.model.chat() as chat:
            @toolbox.function(parameters={"type": "object", "properties": {"port": {"type": "string"}}})
            def tide(port="Veere"):
                "When the tide is high."
                ports.append(port)
                return f"high at noon in {port}"

            @toolbox.function(with_call=True)
            def broken(call):
                raise KeyError(f"no gauge in {call.time_limit_s:.0f} s, {call.offline}, {call.cancelled}")
            self.assertEqual([(t["name"], t["origin"]) for t in toolbox.tools],
                             [("tide", "host"), ("broken", "host")])
            self.assertEqual(toolbox.call("tide", {"port": "Brest"})["text"], "high at noon in Brest")
            failed = toolbox.call("broken")
            self.assertTrue(failed["is_error"])
            self.assertIn("no gauge in 60 s, False, False", failed["text"])
            toolbox.set_enabled("broken", False)
            calls = len(ports)

            def approve(approval):
                asked.append(approval.name)
                return "not now"
            run = chat.run("Tell me the tide.", toolbox, approve=approve, max_tokens=40).details["run"]
            self.assertEqual(len(ports), calls)  # what was denied is not run
            decisions = [c["decision"] for s in run["steps"] for c in s["calls"] if c["name"] == "tide"]
            self.assertEqual(decisions, ["denied"] * len(asked))
            toolbox.add_document("Rules", ["Boats are moored at night.", {"label": "2", "text": "The code is 8812."}])
            self.assertIn("8812", str(toolbox.call("search", {"query": "code"})["passages"]))

    def test_files_and_the_jar(self):
        with tempfile.TemporaryDirectory() as folder, leyden.Store(folder + "/jar") as store:
            path = os.path.join(folder, "log.txt")
            with open(path, "w", encoding="utf-8") as out:
                out.write(DOCUMENT)
            with leyden.File(path, allow_unsandboxed=True) as file:
                self.assertEqual((file.info["pages"], file.info["layout"]), (1, False))
                self.assertIn("lamp of the tower", file.page(0)["text"])
                with self.assertRaises(leyden.LeydenError):
                    file.image(0)
                document = store.add_document(file.document())
            self.assertEqual(store.find_document("log.txt"), document)
            self.assertIn("harbour master", store.document_text(document, 0))
            self.assertIn("pages", store.page_map(document))
            session = store.create_session("Tower")
            store.rename_session(session, "The tower")
            store.pin_session(session)
            store.set_session_settings(session, {"thinking": True})
            self.assertEqual(store.session(session)["settings"], {"thinking": True})
            self.assertNotEqual(store.fork_session(session), session)
            bundle = store.export_session(session, os.path.join(folder, "b.leyden"))
            self.assertGreater(store.import_session(os.path.join(folder, "b.leyden"))["session"], session)
            self.assertEqual(bundle["session"], session)
            self.assertIn("The tower", store.transcript(session))
            store.set_setting("theme", "dark")
            self.assertEqual(store.setting("theme"), "dark")
            self.assertTrue(store.check()["sound"])
            self.assertEqual(store.notes, [])
            store.remove_document(document)
            self.assertEqual(store.documents(), [])

    def test_plan_and_devices(self):
        self.assertEqual(leyden.devices()["devices"][0]["id"], "cpu")
        plan = leyden.plan(context=4096, gpu_bytes=[80_000_000_000])
        self.assertTrue(plan["fits"])
        self.assertEqual(len(plan["gpus"]), 1)
        self.assertFalse(leyden.plan(context=4096, gpu_bytes=[1000])["fits"])
        self.assertEqual(leyden.abi(), 0)

    def test_the_stubs_are_of_this_package(self):
        """Every class, method and function of the package is in __init__.pyi with the same parameters."""
        def shape(node):
            a = node.args
            return [p.arg for p in a.posonlyargs + a.args], [p.arg for p in a.kwonlyargs], bool(a.kwarg)

        def signatures(path, wanted):
            with open(path, encoding="utf-8") as file:
                tree = ast.parse(file.read())
            found = {}
            for node in tree.body:
                inside = node.body if isinstance(node, ast.ClassDef) else [node]
                for f in inside:
                    if isinstance(f, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name in wanted and (
                            f.name == "__init__" or not f.name.startswith("_")):
                        found[node.name if f is node else f"{node.name}.{f.name}"] = shape(f)
            return found
        folder = os.path.dirname(leyden.__file__)
        stubs = signatures(os.path.join(folder, "__init__.pyi"), leyden.__all__)
        own = [n for n in leyden.__all__ if n not in ("Answer", "Approval", "Event", "Image", "LeydenError",
                                                  "ToolCall")]
        made = {}
        for name in ("__init__", "_calls", "chat", "files", "store", "tools"):
            made |= signatures(os.path.join(folder, name + ".py"), own)
        self.assertGreater(len(made), 80)
        made.pop("Chat.__init__")  # Model.chat makes one
        self.assertEqual(sorted(stubs), sorted(made))
        for name in made:
            if name != "Toolbox.function" and not made[name][2]:  # the stub spells **options out there
                self.assertEqual(stubs[name], made[name], name)

    def test_the_wheel_brings_the_library(self):
        with tempfile.TemporaryDirectory() as folder:
            env = {k: v for k, v in os.environ.items()
                   if k not in ("LEYDEN_LIBRARY", "LD_LIBRARY_PATH", "PYTHONPATH")}
            run(sys.executable, os.path.join(BINDINGS, "python", "wheel_backend.py"), folder,
                os.path.realpath(LIBRARY), env=env)
            wheel = os.path.join(folder, next(n for n in os.listdir(folder) if n.endswith(".whl")))
            with zipfile.ZipFile(wheel) as file:
                self.assertIsNone(file.testzip())
                file.extractall(folder)
            said = run(sys.executable, "-c", "import leyden; print(leyden.version(), leyden.__file__)",
                       env=env | {"PYTHONPATH": folder}).split()
            self.assertEqual(said, [leyden.version(), os.path.join(folder, "leyden", "__init__.py")])


if __name__ == "__main__":
    unittest.main()
