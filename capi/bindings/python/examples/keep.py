# SPDX-License-Identifier: Apache-2.0
"""Token ids, logits and a conversation that is kept, resumed, forked, searched and carried elsewhere:

    keep.py DOCUMENT QUESTION NEXT_QUESTION FOLDER
"""
import os
import sys

import leyden


def raw_tokens(model, text):
    tokenizer = model.tokenizer()
    print(tokenizer.decode(tokenizer.encode("Grüße, 世界!")).decode())
    ids = tokenizer.encode(text)[:64]
    last = model.logits(ids)[-1]
    print(*model.generate(ids, max_tokens=4)[0], "after", last.index(max(last)))


def resume(model, session, question):
    with model.chat(session) as chat:
        print("new" if chat.resume["kind"] == "new" else "resumed",
              "the same" if chat.verify()["same"] else "not the same", sep=", ")
        print(chat.ask(question, max_tokens=40).text)


def main(document, question, next_question, folder):
    with open(document, encoding="utf-8") as file:
        text = file.read()
    with leyden.Store(os.path.join(folder, "jar")) as store, leyden.Model(store=store) as model:
        raw_tokens(model, text)
        session = store.create_session("The tower")
        with model.chat(session) as chat:
            chat.add_document("Log book", text)
            chat.prefill()
            print(chat.ask(question, max_tokens=40).text)
        fork = store.fork_session(session, "A fork")
        resume(model, session, next_question)
        resume(model, fork, question)
        bundle = os.path.join(folder, "fork.leyden")
        store.export_session(fork, bundle)
        store.import_session(bundle)
        print("told" if question in store.transcript(fork) else "untold")
        store.set_session_quota(fork, 1 << 20)
        store.rename_session(store.find_session("The tower"), "Lighthouse")
        print("found" if store.search("lighthouse") else "lost")
        print("sound" if store.check()["sound"] else "damaged")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit("usage: keep.py DOCUMENT QUESTION NEXT_QUESTION FOLDER")
    main(*sys.argv[1:])
