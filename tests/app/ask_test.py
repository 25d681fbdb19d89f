# SPDX-License-Identifier: Apache-2.0
"""leyden ask with the model that ships: facts planted in files that are more than the context holds, in the
formats that the reader reads; which mode and why, where each quote stands, what is marked; Ctrl-C."""
import json
import os
import signal
import time
import unittest
import zipfile

import cli
from cli import CliTest

MODEL = os.path.join(cli.ROOT, "models", "default")
LINES = ("The kitchen orders flour on Monday and salt on Thursday.",
         "Visitors leave their umbrellas in the hall next to the stairs.",
         "The committee met in the library and spoke about the new roof.",
         "Bicycles are kept behind the workshop under the wooden porch.")
FACTS = {"minutes.txt": "The access code of the old lighthouse is 4471903.",
         "notes.html": "The secret number of the copper kettle is 8812664.",
         "letter.docx": "The registration number of the blue sailing boat is 5530271."}
LIGHTHOUSE = "What is the access code of the old lighthouse?"


def filler(n, sentences=10):
    return " ".join(f"{LINES[(n + i) % 4]} Note {n * sentences + i} was filed." for i in range(sentences))


def pdf(pages):
    """A PDF with a line of text a page, each line a list of sentences."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>",
               "<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))),
               "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    for i, lines in enumerate(pages):
        shown = "BT /F1 10 Tf 14 TL 40 800 Td " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
        objects.append(f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {5 + 2 * i} 0 R"
                       "/Resources<</Font<</F1 3 0 R>>>>>>")
        objects.append(f"<</Length {len(shown)}>>stream\n{shown}\nendstream")
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj{body}endobj\n".encode()
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n".encode()


@unittest.skipUnless(os.path.exists(os.path.join(MODEL, "model.safetensors")), "no trained model")
class Ask(CliTest):
    def setUp(self):
        super().setUp()
        self.env = {"XDG_DATA_HOME": self.path("data"), "LEYDEN_MODEL": MODEL}
        paragraphs = [filler(i) for i in range(12)]
        paragraphs[7] += "\n\n" + FACTS["minutes.txt"] + " It is changed every spring."
        self.write("minutes.txt", "\n\n".join(paragraphs) + "\n")
        body = "".join(f"<p>{filler(20 + i)}</p>" for i in range(6))
        self.write("notes.html", f"<title>Notes</title><h1>Notes</h1>{body}<p>{FACTS['notes.html']} It hangs above the stove.</p>")
        with zipfile.ZipFile(self.path("letter.docx"), "w") as docx:
            docx.writestr("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>')
            text = "".join(f"<w:p><w:r><w:t>{p}</w:t></w:r></w:p>" for p in
                           [filler(40), filler(41), FACTS["letter.docx"] + " It lies in the north basin.", filler(42)])
            docx.writestr("word/document.xml", '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml'
                          f'/2006/main"><w:body>{text}</w:body></w:document>')
        pages = [[f"{LINES[(i + k) % 4]} Note {i}{k} was filed." for k in range(10)] for i in range(5)]
        pages[3][4:4] = ["The telephone number of the harbour master is 6620458.", "He answers it at night too."]
        self.write("manual.pdf", pdf(pages))
        self.files = [self.path(n) for n in ("minutes.txt", "notes.html", "letter.docx", "manual.pdf")]

    def ask(self, question, *flags, files=None):
        return self.json("ask", *(files or self.files), "--ask", question, "--max-tokens", "120", "--threads", "2", *flags,
                         env=self.env)

    def expect(self, answer, value, file, page=None):
        self.assertIn(value, answer["text"])
        claims = [c for c in answer["reading"]["claims"] if c["kind"] == "quote"]
        self.assertTrue(claims and claims[0]["verified"], answer["reading"]["claims"])
        self.assertEqual(os.path.basename(claims[0]["file"]), file)
        self.assertIn(value, claims[0]["text"])
        if page is not None:
            self.assertEqual(claims[0]["page"], page)
        return claims[0]

    def test_what_fits_is_read_whole(self):
        answer = self.ask(LIGHTHOUSE)
        self.assertEqual(answer["reading"]["mode"], "whole")
        claim = self.expect(answer, "4471903", "minutes.txt")
        with open(self.path("minutes.txt"), encoding="utf-8") as file:
            self.assertIn(FACTS["minutes.txt"], file.read().splitlines()[claim["line"] - 1])
        self.assertEqual([r["file"] for r in answer["reading"]["read"]], self.files)

    def test_facts_of_every_format_by_pages_and_in_parts(self):
        for question, value, file, page in (
                (LIGHTHOUSE, "4471903", "minutes.txt", None),
                ("What is the secret number of the copper kettle?", "8812664", "notes.html", None),
                ("What is the registration number of the blue sailing boat?", "5530271", "letter.docx", None),
                ("What is the telephone number of the harbour master?", "6620458", "manual.pdf", 4)):
            with self.subTest(file=file):
                answer = self.ask(question, "--context", "1500")
                reading = answer["reading"]
                self.assertEqual(reading["mode"], "pages", reading["reason"])
                self.assertGreater(reading["tokens"], 1500)
                self.assertLessEqual(answer["usage"]["prompt_tokens"] + 120, 1500)
                self.expect(answer, value, file, page)
        answer = self.ask("What is the telephone number of the harbour master?", "--context", "1500", "--mode", "map")
        self.assertEqual(answer["reading"]["mode"], "map")
        self.assertGreaterEqual(len(answer["reading"]["parts"]), 4)
        self.expect(answer, "6620458", "manual.pdf", 4)

    def test_people_are_told_how_and_where(self):
        done = cli.run("ask", *self.files, "--ask", LIGHTHOUSE, "--context", "1500", "--max-tokens", "120", env=self.env)
        self.assertEqual(done.code, 0, done)
        self.assertRegex(done.err, r"pages: 4 documents, \d+ pages, [\d,]+ tokens do not fit one reading of [\d,]+ tokens; "
                                   r"\d+ pages? with the question's words (was|were) chosen\n")
        out = done.out.decode()
        self.assertIn("4471903", out)
        self.assertRegex(out, r"Where it stands:\n  “.*4471903.*”\n +.*minutes\.txt, page \d+, line \d+\n")
        done = cli.run("ask", self.files[0], self.files[1], "--ask", LIGHTHOUSE, "--mode", "map", "--max-tokens", "120",
                       env=self.env)
        self.assertIn("map: asked for: 2 documents", done.err)
        self.assertRegex(done.out.decode(), r"\d of \d+ parts knew something:\n  .*minutes\.txt, pages? \d")

    def test_what_is_nowhere_is_not_made_up(self):
        answer = self.ask("Who painted the ceiling of the opera in Vienna?", "--mode", "map")
        self.assertIn("I could not find this", answer["text"])
        self.assertEqual(answer["reading"]["claims"], [])

    def test_the_documents_of_the_store(self):
        self.json("doc", "add", self.files[0], self.files[2], env=self.env)
        answer = self.json("ask", "--kept", "--ask", LIGHTHOUSE, "--max-tokens", "120", env=self.env)
        quote = answer["reading"]["claims"][0]
        self.assertTrue(quote["verified"])
        self.assertEqual(quote["title"], "minutes.txt")

    def test_misuse_is_said(self):
        def fails(code, *flags, says):
            self.check_failure(cli.run("ask", *flags, env=self.env), code, says, False)
        fails("invalid_argument", self.files[0], says="--ask")
        fails("invalid_argument", "--ask", "x", says="no files")
        fails("invalid_argument", self.files[0], "--kept", "--ask", "x", says="--kept")
        fails("invalid_argument", self.files[0], "--ask", "", says="--ask")
        fails("invalid_argument", self.files[0], "--ask", "x", "--mode", "guess", says="--mode")
        fails("not_found", self.path("none.pdf"), "--ask", "x", says="none.pdf")
        fails("corrupt", self.write("broken.pdf", "%PDF-1.4 and nothing else"), "--ask", "x", says="broken.pdf")
        fails("context_overflow", *self.files, "--ask", "x", "--mode", "whole", "--context", "1500", says="do not fit")
        fails("not_found", *self.files, "--ask", "Wo?", "--mode", "pages", says="no word of the question")
        fails("context_overflow", *self.files, "--ask", "x", "--context", "120", says="leaves no room")

    def test_ctrl_c(self):
        process = cli.start("ask", *self.files, "--ask", LIGHTHOUSE, "--mode", "map", "--context", "1500", "--threads", "1",
                            "--progress", env=self.env)
        seen = b""
        end = time.monotonic() + cli.TIMEOUT_S
        while b"part: 2 /" not in seen and time.monotonic() < end:
            seen += os.read(process.stderr.fileno(), 4096)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=cli.TIMEOUT_S)
        self.assertEqual(process.returncode, cli.EXIT_CODES["cancelled"], (out, seen + err))
        self.assertIn(b"interrupted", err)


if __name__ == "__main__":
    unittest.main()
