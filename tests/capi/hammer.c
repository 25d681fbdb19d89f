/* SPDX-License-Identifier: Apache-2.0
 * Eight threads on one model, one jar and one toolbox, doing everything at once; then cancels at
 * random moments. Against the real library or the scripted one. LEYDEN_LONG_TESTS: a minute and
 * 1,000 cancels instead of two seconds and 25.
 *
 *     hammer MODEL_FOLDER EMPTY_FOLDER
 */
#define _POSIX_C_SOURCE 200809L
#define LEYDEN_ENABLE_UNSTABLE
#include <leyden/leyden.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EXPECT(condition)                                                      \
  do {                                                                         \
    if (!(condition)) {                                                        \
      fprintf(stderr, "%s:%d: expected %s\n", __FILE__, __LINE__, #condition); \
      exit(1);                                                                 \
    }                                                                          \
  } while (0)

enum { THREADS = 8, OPERATIONS = 9 };

static leyden_model* model;
static leyden_store* store; /* the model's */
static leyden_toolbox* toolbox;
static atomic_long tool_calls;
static atomic_int stop;
static atomic_long done[OPERATIONS];

static void expect_ok(leyden_status status, leyden_error* error, int line) {
  if (status == LEYDEN_OK) return;
  fprintf(stderr, "line %d: %s: %s\n", line, leyden_status_name(status),
          leyden_error_message(error, NULL));
  exit(1);
}
#define OK(call)                        \
  do {                                  \
    leyden_error* error = NULL;         \
    expect_ok((call), error, __LINE__); \
  } while (0)

static double now_s(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static uint32_t next(uint32_t* state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

static void count_event(const leyden_event* event, void* data) {
  EXPECT(event->struct_size >= sizeof(leyden_event));
  ++*(int*)data;
}

static void use_tokenizer(void) {
  static const char text[] = "The lamp went out at nine.";
  leyden_tokenizer* tokenizer = NULL;
  leyden_ids* ids = NULL;
  leyden_string* back = NULL;
  OK(leyden_model_tokenizer(&tokenizer, model, &error));
  OK(leyden_tokenizer_encode(&ids, tokenizer, text, strlen(text), LEYDEN_ADDED_IGNORE, &error));
  OK(leyden_tokenizer_decode(&back, tokenizer, leyden_ids_data(ids), leyden_ids_size(ids), &error));
  EXPECT(leyden_string_size(back) == strlen(text));
  leyden_string_destroy(back);
  leyden_ids_destroy(ids);
  leyden_tokenizer_destroy(tokenizer);
}

static void use_generate(uint32_t* random) {
  int32_t ids[40];
  const int32_t n = 1 + (int32_t)(next(random) % 40);
  for (int32_t i = 0; i < n; ++i) ids[i] = 300 + (int32_t)(next(random) % 500);
  leyden_generate_options options = LEYDEN_GENERATE_OPTIONS_INIT;
  leyden_generation* generation = NULL;
  options.max_tokens = 3;
  OK(leyden_model_generate(&generation, model, ids, (size_t)n, &options, &error));
  size_t size = 99;
  (void)leyden_generation_ids(generation, &size);
  EXPECT(size <= 3);
  leyden_generation_destroy(generation);
}

static void use_chat(uint32_t* random) {
  static const char document[] = "The keeper lit the lamp. The ship came home. The log was closed.";
  leyden_chat* chat = NULL;
  int events = 0;
  OK(leyden_chat_create(&chat, model, &error));
  if (next(random) % 2)
    OK(leyden_chat_add_document(NULL, chat, "", 0, document, strlen(document), &error));
  for (int turn = 0; turn < 2; ++turn) {
    leyden_answer* answer = NULL;
    leyden_ask_options ask = LEYDEN_ASK_OPTIONS_INIT;
    ask.max_tokens = 4;
    ask.evidence = 1;
    ask.on_event = count_event;
    ask.user_data = &events;
    OK(leyden_chat_ask(&answer, chat, "Who lit the lamp?", 17, &ask, &error));
    EXPECT(leyden_answer_text(answer, NULL) != NULL);
    leyden_answer_destroy(answer);
  }
  EXPECT(events > 0);
  leyden_chat_destroy(chat);
}

static void use_statistics(void) {
  leyden_string* text = NULL;
  OK(leyden_model_stats_json(&text, model, &error));
  EXPECT(leyden_string_size(text) > 10);
  leyden_string_destroy(text);
}

static leyden_status take_rows(int64_t first, int64_t n, int64_t vocab, const float* logits,
                               void* data) {
  (void)vocab, (void)logits;
  EXPECT(first == *(int64_t*)data);
  *(int64_t*)data += n;
  return LEYDEN_OK;
}

static void use_logits(void) {
  const int32_t ids[3] = {300, 301, 302};
  int64_t rows = 0;
  OK(leyden_model_logits(model, ids, 3, take_rows, &rows, NULL, &error));
  EXPECT(rows == 3);
}

static int64_t new_session(uint32_t* random) {
  int64_t session = 0;
  char title[32];
  snprintf(title, sizeof title, "Lamp %u", (unsigned)next(random));
  OK(leyden_session_create(&session, store, title, strlen(title), &error));
  return session;
}

static void use_store(uint32_t* random) {
  static const char document[] =
      "{\"title\": \"Log\", \"parts\": [{\"text\": \"The keeper lit the lamp.\"}]}";
  leyden_string* text = NULL;
  int64_t id = 0;
  const int64_t session = new_session(random);
  OK(leyden_session_rename(store, session, "Keeper", 6, &error));
  OK(leyden_document_add_json(&id, store, document, strlen(document), &error));
  OK(leyden_store_search_json(&text, store, "keeper", 6, 5, &error));
  EXPECT(strstr(leyden_string_data(text), "eeper") != NULL);
  leyden_string_destroy(text);
  OK(leyden_session_remove(store, session, 0, &error));
}

static void use_saved_chat(uint32_t* random) {
  leyden_chat_options options = LEYDEN_CHAT_OPTIONS_INIT;
  leyden_ask_options ask = LEYDEN_ASK_OPTIONS_INIT;
  options.session = new_session(random);
  ask.max_tokens = 3;
  for (int turn = 0; turn < 2; ++turn) { /* the second time it comes back */
    leyden_chat* chat = NULL;
    leyden_answer* answer = NULL;
    OK(leyden_chat_open(&chat, model, &options, &error));
    OK(leyden_chat_ask(&answer, chat, "Who lit the lamp?", 17, &ask, &error));
    leyden_answer_destroy(answer);
    leyden_chat_destroy(chat);
  }
  leyden_string* text = NULL;
  OK(leyden_session_messages_json(&text, store, options.session, &error));
  EXPECT(strstr(leyden_string_data(text), "Who lit") != NULL);
  leyden_string_destroy(text);
  OK(leyden_session_remove(store, options.session, 0, &error));
}

static int32_t count_call(const leyden_tool_call* call, leyden_tool_reply* reply, void* data) {
  EXPECT(call->arguments_size == 2 && data == &tool_calls);
  atomic_fetch_add((atomic_long*)data, 1);
  leyden_tool_reply_set(reply, "lit", 3);
  return 0;
}

static void use_toolbox(void) {
  leyden_string* text = NULL;
  OK(leyden_toolbox_call_json(&text, toolbox, "lamp", 4, "{}", 2, NULL, &error));
  EXPECT(strstr(leyden_string_data(text), "lit") != NULL);
  leyden_string_destroy(text);
  OK(leyden_toolbox_list_json(&text, toolbox, &error));
  leyden_string_destroy(text);
  OK(leyden_toolbox_set_offline(toolbox, 1, &error));
  OK(leyden_toolbox_log_json(&text, toolbox, &error));
  leyden_string_destroy(text);
}

static void open_toolbox(void) {
  leyden_toolbox_options options = LEYDEN_TOOLBOX_OPTIONS_INIT;
  leyden_tool_desc desc = LEYDEN_TOOL_DESC_INIT;
  options.store = store;
  OK(leyden_toolbox_create(&toolbox, &options, &error));
  desc.name = "lamp";
  desc.name_size = 4;
  desc.flags = LEYDEN_TOOL_READ_ONLY;
  OK(leyden_toolbox_add_function(toolbox, &desc, count_call, &tool_calls, NULL, &error));
}

static void use_wrong_arguments(void) {
  leyden_generation* generation = NULL;
  leyden_error* error = NULL;
  const int32_t id = -5;
  EXPECT(leyden_model_generate(&generation, model, &id, 1, NULL, &error) ==
         LEYDEN_E_INVALID_ARGUMENT);
  EXPECT(generation == NULL && error != NULL);
  leyden_error_destroy(error);
}

static void* hammer(void* data) {
  uint32_t random = 12345u + (uint32_t)(uintptr_t)data;
  while (!atomic_load(&stop)) {
    const uint32_t what = next(&random) % OPERATIONS;
    switch (what) {
      case 0:
        use_tokenizer();
        break;
      case 1:
        use_generate(&random);
        break;
      case 2:
        use_chat(&random);
        break;
      case 3:
        use_statistics();
        break;
      case 4:
        use_logits();
        break;
      case 5:
        use_store(&random);
        break;
      case 6:
        use_saved_chat(&random);
        break;
      case 7:
        use_toolbox();
        break;
      default:
        use_wrong_arguments();
        break;
    }
    atomic_fetch_add(&done[what], 1);
  }
  return NULL;
}

typedef struct timer {
  leyden_cancel* cancel;
  long microseconds;
} timer;

static void* request_later(void* data) {
  const timer* t = data;
  const struct timespec pause = {t->microseconds / 1000000, t->microseconds % 1000000 * 1000};
  nanosleep(&pause, NULL);
  leyden_cancel_request(t->cancel);
  return NULL;
}

/* An answer cancelled at a random moment is a success: cut, or whole when the request came too
 * late. */
static void cancel_at_random(int times) {
  uint32_t random = 7;
  double slowest = 0;
  for (int i = 0; i < times; ++i) {
    leyden_chat* chat = NULL;
    leyden_answer* answer = NULL;
    leyden_ask_options ask = LEYDEN_ASK_OPTIONS_INIT;
    pthread_t thread;
    timer t = {NULL, (long)(next(&random) % 30000)};
    OK(leyden_cancel_create(&t.cancel, &error));
    OK(leyden_chat_create(&chat, model, &error));
    ask.max_tokens = 200;
    ask.cancel = t.cancel;
    const double begin = now_s();
    EXPECT(pthread_create(&thread, NULL, request_later, &t) == 0);
    OK(leyden_chat_ask(&answer, chat, "Who lit the lamp?", 17, &ask, &error));
    const double late = now_s() - begin - 1e-6 * (double)t.microseconds;
    if (late > slowest) slowest = late;
    pthread_join(thread, NULL);
    EXPECT(strlen(leyden_answer_finish_reason(answer, NULL)) > 0);
    leyden_answer_destroy(answer);
    leyden_cancel_reset(t.cancel);
    ask.max_tokens = 1;
    OK(leyden_chat_ask(&answer, chat, "And now?", 8, &ask, &error)); /* the chat goes on */
    leyden_answer_destroy(answer);
    leyden_chat_destroy(chat);
    leyden_cancel_destroy(t.cancel);
  }
  printf("%d cancels, the slowest %.0f ms late\n", times, 1e3 * slowest);
}

int main(int argc, char** argv) {
  EXPECT(argc == 3);
  const int is_long = getenv("LEYDEN_LONG_TESTS") != NULL;
  leyden_model_options options = LEYDEN_MODEL_OPTIONS_INIT;
  options.threads = 2;
  OK(leyden_store_open(&store, argv[2], strlen(argv[2]), NULL, &error));
  options.store = store;
  OK(leyden_model_open(&model, argv[1], strlen(argv[1]), &options, &error));
  open_toolbox();
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; ++i)
    EXPECT(pthread_create(&threads[i], NULL, hammer, (void*)(uintptr_t)i) == 0);
  const struct timespec run = {is_long ? 60 : 2, 0};
  nanosleep(&run, NULL);
  atomic_store(&stop, 1);
  for (int i = 0; i < THREADS; ++i) pthread_join(threads[i], NULL);
  long total = 0;
  for (int i = 0; i < OPERATIONS; ++i) {
    EXPECT(done[i] > 0);
    total += done[i];
  }
  printf("%ld operations on %d threads\n", total, (int)THREADS);
  cancel_at_random(is_long ? 1000 : 25);
  EXPECT(atomic_load(&tool_calls) == done[7]);
  leyden_toolbox_destroy(toolbox);
  leyden_model_destroy(model);
  leyden_store_destroy(store);
  puts("ok");
  return 0;
}
