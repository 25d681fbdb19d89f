# SPDX-License-Identifier: Apache-2.0
"""leyden session resume: how a session came back."""
import os
import unittest

from cli import TinyModelTest, run


class Resume(TinyModelTest):
    def resumed(self):
        """What is said with no question and nothing on stdin."""
        return self.json("session", "resume", "s", "--model", self.model, "--store", self.store)["session"]

    def test_says_what_came_back_and_why_not(self):
        self.store = self.path("store")
        document = self.write("harbours.txt", "".join(
            f"Sentence {i} tells of harbour {i * 37 % 101}.\n" for i in range(40)))
        self.json("chat", "--session", "s", "--doc", document, "--ask", "Go?", "--model", self.model,
                  "--store", self.store, "--max-tokens", 4)
        whole = self.resumed()
        self.assertGreater(whole["restored_tokens"], 64)
        self.assertEqual(whole["decision"], "load")

        os.remove(os.path.join(self.store, "kv.db"))  # what a quota does to older sessions
        run("session", "list", "--store", self.store)  # says that it is missing, makes it anew
        gone = self.resumed()
        self.assertEqual(gone["restored_tokens"], 0, gone)
        self.assertIn("evicted", str(gone))
        self.assertNotIn("0 pages", str(gone))


if __name__ == "__main__":
    unittest.main()
