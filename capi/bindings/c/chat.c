/* SPDX-License-Identifier: Apache-2.0
 * Asks about a document, streaming; with a folder, the conversation is kept there and goes on:
 *
 *     chat DOCUMENT QUESTION [FOLDER] */
#define LEYDEN_ENABLE_UNSTABLE
#include <leyden/leyden.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(leyden_status status, leyden_error* error) {
  if (status == LEYDEN_OK) return;
  fprintf(stderr, "%s\n", leyden_error_message(error, NULL));
  exit(1);
}

static void on_event(const leyden_event* event, void* user_data) {
  (void)user_data;
  if (event->kind != LEYDEN_EVENT_TEXT) return;
  fwrite(event->text, 1, event->text_size, stdout);
  fflush(stdout);
}

static char* read_file(const char* path, size_t* size) {
  FILE* file = fopen(path, "rb");
  char* text = NULL;
  *size = 0;
  while (file && !feof(file)) {
    text = realloc(text, *size + 65536);
    if (!text) exit(1);
    *size += fread(text + *size, 1, 65536, file);
  }
  if (!file) fprintf(stderr, "cannot read %s\n", path), exit(1);
  fclose(file);
  return text;
}

static int64_t session_of(leyden_store* store) {
  leyden_error* error = NULL;
  int64_t id = 0;
  if (leyden_session_find(&id, store, "example", 7, NULL) != LEYDEN_OK)
    must(leyden_session_create(&id, store, "example", 7, &error), error);
  return id;
}

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) return fprintf(stderr, "usage: chat DOCUMENT QUESTION [FOLDER]\n"), 2;
  leyden_error* error = NULL;
  leyden_string *path = NULL, *resume = NULL;
  leyden_store* store = NULL;
  leyden_model* model = NULL;
  leyden_chat* chat = NULL;
  leyden_answer* answer = NULL;

  leyden_model_options model_options = LEYDEN_MODEL_OPTIONS_INIT;
  leyden_chat_options chat_options = LEYDEN_CHAT_OPTIONS_INIT;
  if (argc == 4) {
    must(leyden_store_open(&store, argv[3], strlen(argv[3]), NULL, &error), error);
    model_options.store = store;
    chat_options.session = session_of(store);
  }
  must(leyden_default_model_path(&path, &error), error);
  must(leyden_model_open(&model, leyden_string_data(path), leyden_string_size(path), &model_options,
                         &error),
       error);
  must(leyden_chat_open(&chat, model, &chat_options, &error), error);
  must(leyden_chat_resume_json(&resume, chat, &error), error);
  if (strstr(leyden_string_data(resume), "\"kind\":\"new\"")) {
    size_t size;
    char* text = read_file(argv[1], &size);
    must(leyden_chat_add_document(NULL, chat, argv[1], strlen(argv[1]), text, size, &error), error);
    free(text);
  } else {
    fprintf(stderr, "resumed: %s\n", leyden_string_data(resume));
  }

  leyden_ask_options options = LEYDEN_ASK_OPTIONS_INIT;
  options.max_tokens = 120;
  options.on_event = on_event;
  must(leyden_chat_ask(&answer, chat, argv[2], strlen(argv[2]), &options, &error), error);
  putchar('\n');
  leyden_answer_destroy(answer);
  leyden_chat_destroy(chat);
  leyden_model_destroy(model);
  leyden_store_destroy(store);
  leyden_string_destroy(resume);
  leyden_string_destroy(path);
  return 0;
}
