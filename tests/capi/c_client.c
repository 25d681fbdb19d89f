/* SPDX-License-Identifier: Apache-2.0
 * A C11 program that uses the whole door as an embedder would, then misuses it. Linked to the shared
 * library and nothing else.
 *
 *     c_client MODEL_FOLDER
 */
#define LEYDEN_ENABLE_UNSTABLE
#include <leyden/leyden.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPECT(condition)                                                             \
  do {                                                                                \
    if (!(condition)) {                                                               \
      fprintf(stderr, "%s:%d: expected %s\n", __FILE__, __LINE__, #condition);        \
      exit(1);                                                                        \
    }                                                                                 \
  } while (0)

static leyden_error* error;

/* Fails loudly unless `status` is `expected`; an error must explain itself. */
static void expect_status(leyden_status status, leyden_status expected, int line) {
  if (status != expected) {
    fprintf(stderr, "line %d: status %d (%s), expected %d: %s\n", line, (int)status,
            leyden_status_name(status), (int)expected, leyden_error_message(error, NULL));
    exit(1);
  }
  EXPECT((status == LEYDEN_OK) == (error == NULL));
  EXPECT(leyden_error_code(error) == status);
  if (error) {
    size_t size = 0;
    EXPECT(strlen(leyden_error_message(error, &size)) == size && size > 0);
  }
  leyden_error_destroy(error);
  error = NULL;
}
#define OK(call) expect_status((call), LEYDEN_OK, __LINE__)
#define FAILS(code, call) expect_status((call), (code), __LINE__)

typedef struct counts {
  int progress, texts, prefills, tokens;
  int64_t rows;
} counts;

static void on_progress(const leyden_progress* progress, void* data) {
  EXPECT(progress->struct_size >= sizeof(leyden_progress));
  EXPECT(progress->done <= progress->total);
  ((counts*)data)->progress++;
}
static void on_event(const leyden_event* event, void* data) {
  counts* c = data;
  if (event->kind == LEYDEN_EVENT_PREFILL) {
    EXPECT(event->progress != NULL);
    c->prefills++;
  } else if (event->kind == LEYDEN_EVENT_TEXT) {
    EXPECT(event->text_size > 0);
    c->texts++;
  }
}
static int32_t on_token(int32_t id, int64_t position, void* data) {
  EXPECT(id >= 0 && position > 0);
  return ++((counts*)data)->tokens >= 3;
}
static leyden_status on_rows(int64_t first, int64_t n, int64_t vocab, const float* logits,
                             void* data) {
  counts* c = data;
  EXPECT(first == c->rows && n > 0 && vocab > 0 && logits[0] == logits[0]);
  c->rows += n;
  return LEYDEN_OK;
}
static leyden_status refuse_rows(int64_t first, int64_t n, int64_t vocab, const float* logits,
                                 void* data) {
  (void)first, (void)n, (void)vocab, (void)logits, (void)data;
  return LEYDEN_E_IO;
}

static void use_tokens(leyden_model* model) {
  leyden_tokenizer* tokenizer = NULL;
  leyden_ids* ids = NULL;
  leyden_string* text = NULL;
  OK(leyden_model_tokenizer(&tokenizer, model, &error));
  EXPECT(leyden_tokenizer_vocab_size(tokenizer) > 1000);
  OK(leyden_tokenizer_encode(&ids, tokenizer, "hello <think>", 13, LEYDEN_ADDED_MATCH, &error));
  OK(leyden_tokenizer_decode(&text, tokenizer, leyden_ids_data(ids), leyden_ids_size(ids), &error));
  EXPECT(strcmp(leyden_string_data(text), "hello <think>") == 0 && leyden_string_size(text) == 13);
  leyden_string_destroy(text);

  counts c = {0};
  OK(leyden_model_logits(model, leyden_ids_data(ids), leyden_ids_size(ids), on_rows, &c, NULL,
                         &error));
  EXPECT((size_t)c.rows == leyden_ids_size(ids));
  FAILS(LEYDEN_E_IO, leyden_model_logits(model, leyden_ids_data(ids), leyden_ids_size(ids),
                                         refuse_rows, NULL, NULL, &error));
  const int32_t foreign = 1 << 30;
  FAILS(LEYDEN_E_INVALID_ARGUMENT, leyden_model_logits(model, &foreign, 1, on_rows, &c, NULL, &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, leyden_model_logits(model, NULL, 0, on_rows, &c, NULL, &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, leyden_tokenizer_decode(&text, tokenizer, &foreign, 1, &error));
  EXPECT(text == NULL);

  leyden_generate_options options = LEYDEN_GENERATE_OPTIONS_INIT;
  leyden_generation* generation = NULL;
  options.max_tokens = 8;
  options.on_token = on_token;
  options.user_data = &c;
  OK(leyden_model_generate(&generation, model, leyden_ids_data(ids), leyden_ids_size(ids), &options,
                           &error));
  size_t n = 0;
  EXPECT(leyden_generation_ids(generation, &n) != NULL && n == 3 && c.tokens == 3);
  OK(leyden_generation_json(&text, generation, &error));
  EXPECT(strstr(leyden_string_data(text), "\"finish_reason\":\"stopped_by_caller\"") != NULL);
  leyden_string_destroy(text);
  leyden_generation_destroy(generation);
  leyden_ids_destroy(ids);
  leyden_tokenizer_destroy(tokenizer);
}

static void use_chat(leyden_model* model) {
  leyden_chat* chat = NULL;
  leyden_answer* answer = NULL;
  leyden_string* text = NULL;
  size_t index = 9;
  const char* document = "The keeper of the lighthouse is Ada. The harbour was built in 1912.";
  counts c = {0};
  OK(leyden_chat_create(&chat, model, &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, leyden_chat_add_document(&index, chat, "a", 1, "", 0, &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT,
        leyden_chat_add_document(&index, chat, "a", 1, "ab\xff", 3, &error));
  OK(leyden_chat_add_document(&index, chat, "a", 1, document, strlen(document), &error));
  EXPECT(index == 0);
  OK(leyden_chat_passages_json(&text, chat, &error));
  EXPECT(strstr(leyden_string_data(text), "\"begin\":0") != NULL);
  leyden_string_destroy(text);
  OK(leyden_chat_set_system(chat, "Be brief.", 9, &error));
  leyden_run_options run = LEYDEN_RUN_OPTIONS_INIT;
  run.on_progress = on_progress;
  run.user_data = &c;
  OK(leyden_chat_prefill(chat, &run, &error));
  EXPECT(c.progress > 0);

  leyden_sampling sampling = LEYDEN_SAMPLING_INIT;
  const leyden_text stop = {"\n\n\n", 3};
  leyden_ask_options ask = LEYDEN_ASK_OPTIONS_INIT;
  ask.sampling = &sampling;
  ask.stop = &stop;
  ask.n_stop = 1;
  ask.max_tokens = 12;
  ask.evidence = 1;
  ask.on_event = on_event;
  ask.user_data = &c;
  sampling.top_p = 7;
  FAILS(LEYDEN_E_INVALID_ARGUMENT, leyden_chat_ask(&answer, chat, "Who?", 4, &ask, &error));
  EXPECT(answer == NULL);
  sampling.top_p = 0.9f;
  sampling.temperature = 0.5f;
  OK(leyden_chat_ask(&answer, chat, "Who?", 4, &ask, &error));
  EXPECT(c.prefills > 0);
  size_t size = 0;
  EXPECT(strlen(leyden_answer_finish_reason(answer, &size)) == size && size > 0);
  EXPECT(leyden_answer_text(answer, &size) != NULL && leyden_answer_thinking(answer, NULL) != NULL);
  OK(leyden_answer_json(&text, answer, &error));
  EXPECT(strstr(leyden_string_data(text), "\"reused_tokens\":") != NULL);
  leyden_string_destroy(text);
  leyden_answer_destroy(answer);
  FAILS(LEYDEN_E_INVALID_ARGUMENT,
        leyden_chat_add_document(NULL, chat, "b", 1, "too late", 8, &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT,
        leyden_chat_submit_tool_results_json(&answer, chat, "[1]", 3, NULL, &error));
  EXPECT(answer == NULL);
  OK(leyden_chat_messages_json(&text, chat, &error));
  OK(leyden_chat_set_messages_json(chat, leyden_string_data(text), leyden_string_size(text), &error));
  leyden_string_destroy(text);
  FAILS(LEYDEN_E_INVALID_ARGUMENT, leyden_chat_set_messages_json(chat, "{", 1, &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, leyden_chat_set_tools_json(chat, "7", 1, &error));
  OK(leyden_chat_info_json(&text, chat, &error));
  EXPECT(strstr(leyden_string_data(text), "\"messages\":2") != NULL);
  leyden_string_destroy(text);
  leyden_chat_destroy(chat);
}

static void use_measures(leyden_model* model, const char* folder) {
  leyden_string* text = NULL;
  leyden_plan_options options = LEYDEN_PLAN_OPTIONS_INIT;
  const uint64_t gpus[2] = {1u << 31, 1u << 31};
  OK(leyden_plan_json(&text, folder, strlen(folder), NULL, &error));
  EXPECT(strstr(leyden_string_data(text), "\"device\":\"cpu\"") != NULL);
  leyden_string_destroy(text);
  options.gpu_bytes = gpus;
  options.n_gpus = 2;
  options.context = 1000;
  OK(leyden_plan_json(&text, folder, strlen(folder), &options, &error));
  EXPECT(strstr(leyden_string_data(text), "\"fits\":true") != NULL);
  leyden_string_destroy(text);
  options.context = 1 << 30;
  FAILS(LEYDEN_E_INVALID_ARGUMENT, leyden_plan_json(&text, folder, strlen(folder), &options, &error));
  options.context = 0;
  options.gpu_bytes = NULL;
  FAILS(LEYDEN_E_INVALID_ARGUMENT, leyden_plan_json(&text, folder, strlen(folder), &options, &error));
  EXPECT(text == NULL);

  int32_t ids[40];
  for (int32_t i = 0; i < 40; ++i) ids[i] = 300 + i;
  OK(leyden_model_index_recall_json(&text, model, ids, 40, 1, NULL, &error));
  EXPECT(strstr(leyden_string_data(text), "\"captured\":") != NULL);
  leyden_string_destroy(text);
  FAILS(LEYDEN_E_INVALID_ARGUMENT,
        leyden_model_index_recall_json(&text, model, ids, 40, 0, NULL, &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT,
        leyden_model_index_recall_json(&text, model, ids, 2, 1, NULL, &error)); /* nothing is selected */
  EXPECT(text == NULL);
}

static void use_cancel(leyden_model* model) {
  leyden_cancel* cancel = NULL;
  leyden_generation* generation = NULL;
  const int32_t ids[4] = {3, 4, 5, 6};
  OK(leyden_cancel_create(&cancel, &error));
  leyden_cancel_request(cancel);
  EXPECT(leyden_cancel_requested(cancel) == 1);
  leyden_generate_options options = LEYDEN_GENERATE_OPTIONS_INIT;
  options.cancel = cancel;
  options.max_tokens = 4;
  OK(leyden_model_generate(&generation, model, ids, 4, &options, &error));
  leyden_string* text = NULL;
  OK(leyden_generation_json(&text, generation, &error));
  EXPECT(strstr(leyden_string_data(text), "\"cancelled\"") != NULL);
  leyden_string_destroy(text);
  leyden_generation_destroy(generation);
  leyden_run_options run = LEYDEN_RUN_OPTIONS_INIT;
  counts c = {0};
  run.cancel = cancel;
  FAILS(LEYDEN_E_CANCELLED, leyden_model_logits(model, ids, 4, on_rows, &c, &run, &error));
  leyden_cancel_reset(cancel);
  EXPECT(leyden_cancel_requested(cancel) == 0);
  OK(leyden_model_logits(model, ids, 4, on_rows, &c, &run, &error));
  leyden_cancel_destroy(cancel);
}

/* A caller whose headers are older or newer than the library. */
static void use_other_sizes(const char* folder) {
  struct newer {
    leyden_model_options known;
    uint64_t unknown;
  } newer = {LEYDEN_MODEL_OPTIONS_INIT, 0};
  leyden_model* model = NULL;
  newer.known.struct_size = sizeof newer;
  OK(leyden_model_open(&model, folder, strlen(folder), &newer.known, &error));
  leyden_model_destroy(model);
  newer.unknown = 1;
  FAILS(LEYDEN_E_UNSUPPORTED, leyden_model_open(&model, folder, strlen(folder), &newer.known, &error));
  EXPECT(model == NULL);

  leyden_model_options older = LEYDEN_MODEL_OPTIONS_INIT;
  older.struct_size = (uint32_t)offsetof(leyden_model_options, cancel);
  older.cancel = (leyden_cancel*)1; /* must not be read */
  OK(leyden_model_open(&model, folder, strlen(folder), &older, &error));
  leyden_model_destroy(model);
  older.struct_size = 0;
  FAILS(LEYDEN_E_INVALID_ARGUMENT, leyden_model_open(&model, folder, strlen(folder), &older, &error));
  older.struct_size = sizeof older - 1;
  FAILS(LEYDEN_E_INVALID_ARGUMENT, leyden_model_open(&model, folder, strlen(folder), &older, &error));

  leyden_model_options filled;
  memset(&filled, 0xff, sizeof filled);
  leyden_model_options_init(&filled, sizeof filled);
  const leyden_model_options initial = LEYDEN_MODEL_OPTIONS_INIT;
  EXPECT(memcmp(&filled, &initial, sizeof filled) == 0);
  filled.attention = 77;
  FAILS(LEYDEN_E_UNSUPPORTED, leyden_model_open(&model, folder, strlen(folder), &filled, &error));
}

static void use_null(leyden_model* model, const char* folder) {
  leyden_string* text = NULL;
  leyden_model* none = NULL;
  FAILS(LEYDEN_E_INVALID_ARGUMENT, leyden_model_open(NULL, folder, strlen(folder), NULL, &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, leyden_model_open(&none, NULL, 5, NULL, &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, leyden_model_open(&none, NULL, 0, NULL, &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, leyden_model_open(&none, "a\0b", 3, NULL, &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, leyden_model_stats_json(&text, NULL, &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, leyden_model_logits(model, NULL, 3, on_rows, NULL, NULL, &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, leyden_model_logits(model, NULL, 0, NULL, NULL, NULL, &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, leyden_chat_prefill(NULL, NULL, &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, leyden_cancel_create(NULL, &error));
  EXPECT(leyden_model_stats_json(&text, NULL, NULL) == LEYDEN_E_INVALID_ARGUMENT);
  EXPECT(leyden_string_size(NULL) == 0 && *leyden_string_data(NULL) == 0);
  EXPECT(leyden_ids_data(NULL) == NULL && leyden_ids_size(NULL) == 0);
  EXPECT(*leyden_answer_text(NULL, NULL) == 0 && leyden_generation_ids(NULL, NULL) == NULL);
  EXPECT(leyden_model_vocab_size(NULL) == 0 && leyden_tokenizer_vocab_size(NULL) == 0);
  EXPECT(*leyden_error_message(NULL, NULL) == 0 && leyden_error_code(NULL) == LEYDEN_OK);
  leyden_model_destroy(NULL), leyden_chat_destroy(NULL), leyden_answer_destroy(NULL);
  leyden_tokenizer_destroy(NULL), leyden_generation_destroy(NULL), leyden_ids_destroy(NULL);
  leyden_string_destroy(NULL), leyden_error_destroy(NULL), leyden_cancel_destroy(NULL);
  leyden_cancel_request(NULL), leyden_cancel_reset(NULL);
  leyden_model_options_init(NULL, sizeof(leyden_model_options));
}

int main(int argc, char** argv) {
  EXPECT(argc == 2);
  const char* folder = argv[1];
  OK(leyden_check_unstable(LEYDEN_UNSTABLE_REVISION, &error));
  FAILS(LEYDEN_E_UNSUPPORTED, leyden_check_unstable(LEYDEN_UNSTABLE_REVISION + 1, &error));
  counts c = {0};
  leyden_model* model = NULL;
  leyden_string* text = NULL;
  leyden_model_options options = LEYDEN_MODEL_OPTIONS_INIT;
  options.threads = 2;
  options.store_bytes = 1 << 20;
  options.on_progress = on_progress;
  options.user_data = &c;
  FAILS(LEYDEN_E_NOT_FOUND, leyden_model_open(&model, "/nowhere", 8, NULL, &error));
  EXPECT(model == NULL);
  OK(leyden_model_open(&model, folder, strlen(folder), &options, &error));
  EXPECT(c.progress > 0 && leyden_model_vocab_size(model) > 1000);
  use_tokens(model);
  use_chat(model);
  use_measures(model, folder);
  use_cancel(model);
  use_other_sizes(folder);
  use_null(model, folder);
  OK(leyden_model_stats_json(&text, model, &error));
  EXPECT(strstr(leyden_string_data(text), "\"page_tokens\":64") != NULL);
  leyden_string_destroy(text);
  leyden_chat* survivor = NULL;  /* keeps its model alive */
  leyden_answer* answer = NULL;
  OK(leyden_chat_create(&survivor, model, &error));
  leyden_model_destroy(model);
  leyden_ask_options ask = LEYDEN_ASK_OPTIONS_INIT;
  ask.max_tokens = 2;
  OK(leyden_chat_ask(&answer, survivor, "Still there?", 12, &ask, &error));
  leyden_chat_destroy(survivor);
  EXPECT(leyden_answer_text(answer, NULL) != NULL);  /* independent of its chat */
  leyden_answer_destroy(answer);
  puts("ok");
  return 0;
}
