# SPDX-License-Identifier: Apache-2.0
"""Plans for a GPU, then asks with a function of this program as a tool.

    python3 tide.py QUESTION
"""
import sys

import leyden


def main(question):
    fits = leyden.plan(context=4096, gpu_bytes=[80_000_000_000])["fits"]
    print("fits" if fits else "does not fit")
    calls = []
    with leyden.Toolbox(offline=True) as toolbox, leyden.Model() as model, model.chat() as chat:
        @toolbox.function(parameters={"type": "object", "properties": {"port": {"type": "string"}}})
        def tide(port=""):
            "When the tide is high in a port."
            calls.append(port)
            return "high at noon"
        answer = chat.run(question, toolbox, approve=lambda approval: "once", max_tokens=60)
    print(f"{answer.text}\ncalled {len(calls)}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: tide.py QUESTION")
    main(sys.argv[1])
