# SPDX-License-Identifier: Apache-2.0
"""Asks about a document, streaming; with a folder, the conversation is kept there and goes on:

    python3 chat.py DOCUMENT QUESTION [FOLDER]
"""
import sys

import leyden


def session_of(store):
    try:
        return store.find_session("example")
    except leyden.LeydenError:
        return store.create_session("example")


def main(document, question, folder=None):
    store = leyden.Store(folder) if folder else None
    with leyden.Model(store=store) as model, model.chat(session_of(store) if store else 0) as chat:
        if chat.resume["kind"] == "new":
            with open(document, encoding="utf-8") as file:
                chat.add_document(document, file.read())
        else:
            print(f"resumed {chat.resume['restored_tokens']} tokens", file=sys.stderr)
        for event in chat.stream(question, max_tokens=120):
            if event.kind == "text":
                print(event.text, end="", flush=True)
    print()


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__.strip())
    try:
        main(*sys.argv[1:])
    except leyden.LeydenError as error:
        sys.exit(str(error))
