/* SPDX-License-Identifier: Apache-2.0
 * A C11 program that uses the jar as an embedder would, then misuses it: every function of the
 * sections "Looking after the jar", "Sessions in the jar" and "Documents in the jar", every error
 * they name.
 *
 *     jar_client EMPTY_FOLDER
 */
#define LEYDEN_ENABLE_UNSTABLE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capi/leyden.h"

#define EXPECT(condition)                                                      \
  do {                                                                         \
    if (!(condition)) {                                                        \
      fprintf(stderr, "%s:%d: expected %s\n", __FILE__, __LINE__, #condition); \
      exit(1);                                                                 \
    }                                                                          \
  } while (0)

static leyden_error* error;
static leyden_string* text; /* what the last call that makes a string made */

static void expect_status(leyden_status status, leyden_status expected, const char* says,
                          int line) {
  const char* message = leyden_error_message(error, NULL);
  if (status != expected || (says && !strstr(message, says))) {
    fprintf(stderr, "line %d: status %d (%s), expected %d %s: %s\n", line, (int)status,
            leyden_status_name(status), (int)expected, says ? says : "", message);
    exit(1);
  }
  EXPECT((status == LEYDEN_OK) == (error == NULL));
  EXPECT(status == LEYDEN_OK || (*message && text == NULL));
  leyden_error_destroy(error);
  error = NULL;
}
#define OK(call) expect_status((call), LEYDEN_OK, NULL, __LINE__)
#define FAILS(code, says, call) expect_status((call), (code), (says), __LINE__)
#define S(literal) literal, sizeof(literal) - 1

/* The string the last call made must have a part in it; it is freed. */
static void expect_text(const char* part, int line) {
  if (!text || !strstr(leyden_string_data(text), part)) {
    fprintf(stderr, "line %d: expected %s in %s\n", line, part, leyden_string_data(text));
    exit(1);
  }
  leyden_string_destroy(text);
  text = NULL;
}
#define HAS(part) expect_text((part), __LINE__)
#define MAKES(part, call) (OK(call), expect_text((part), __LINE__))

static char folder[4096];
typedef struct file_path {
  char text[4200];
} file_path;
static file_path in_folder(const char* name) {
  file_path out;
  snprintf(out.text, sizeof out.text, "%s/%s", folder, name);
  return out;
}

static leyden_store* opened(const char* name, const char* passphrase) {
  leyden_store* store = NULL;
  leyden_store_options options = LEYDEN_STORE_OPTIONS_INIT;
  options.passphrase = passphrase;
  options.passphrase_size = passphrase ? strlen(passphrase) : 0;
  const file_path at = in_folder(name);
  OK(leyden_store_open(&store, at.text, strlen(at.text), &options, &error));
  EXPECT(store != NULL);
  return store;
}

static int64_t use_documents(leyden_store* store) {
  static const char* const json =
      "{\"title\": \"Harbour\", \"source\": \"h.pdf\", \"page_map\": {\"pages\": [1, 2]},"
      " \"parts\": [{\"label\": \"p. 1\", \"text\": \"Ada keeps the light.\"}, {\"text\": "
      "\"End.\"}]}";
  int64_t id = 7, same = 0, found = 0;
  MAKES("[]", leyden_documents_json(&text, store, &error));
  OK(leyden_document_add_json(&id, store, json, strlen(json), &error));
  EXPECT(id > 0);
  OK(leyden_document_add_json(&same, store, json, strlen(json), &error));
  EXPECT(same == id);
  OK(leyden_document_find(&found, store, S("Harbour"), &error));
  EXPECT(found == id);
  OK(leyden_document_find(&found, store, S("h.pdf"), &error));
  EXPECT(found == id);
  FAILS(LEYDEN_E_NOT_FOUND, "none", leyden_document_find(&found, store, S("none"), &error));
  EXPECT(found == 0);
  MAKES("\"parts\":2", leyden_documents_json(&text, store, &error));
  MAKES("\"labels\":[\"p. 1\",\"\"],\"bytes\":24",
        leyden_document_info_json(&text, store, id, &error));
  MAKES("End.", leyden_document_part_text(&text, store, id, 1, &error));
  FAILS(LEYDEN_E_NOT_FOUND, "no part 2", leyden_document_part_text(&text, store, id, 2, &error));
  MAKES("{\"pages\":[1,2]}", leyden_document_page_map_json(&text, store, id, &error));
  FAILS(LEYDEN_E_NOT_FOUND, NULL, leyden_document_page_map_json(&text, store, 99999, &error));
  FAILS(LEYDEN_E_NOT_FOUND, NULL, leyden_document_info_json(&text, store, -1, &error));
  OK(leyden_document_set_pinned(store, id, 1, &error));
  MAKES("\"pinned\":true", leyden_document_info_json(&text, store, id, &error));
  FAILS(LEYDEN_E_NOT_FOUND, NULL, leyden_document_set_pinned(store, 99999, 1, &error));
  FAILS(LEYDEN_E_NOT_FOUND, NULL, leyden_document_remove(store, 99999, &error));

  static const struct {
    const char *json, *says;
  } bad[] = {
      {"", "json"},
      {"[]", "object"},
      {"{", "json"},
      {"{\"parts\": []}", "title"},
      {"{\"title\": 7, \"parts\": [{\"text\": \"x\"}]}", "title: expected a string, found number"},
      {"{\"title\": \"t\"}", "parts"},
      {"{\"title\": \"t\", \"parts\": []}", "parts"},
      {"{\"title\": \"t\", \"parts\": [7]}", "parts 0"},
      {"{\"title\": \"t\", \"parts\": [{\"text\": \"x\"}, {\"label\": \"l\"}]}",
       "parts 1: text: is missing"},
      {"{\"title\": \"t\", \"source\": [], \"parts\": [{\"text\": \"x\"}]}", "source"},
      {"{\"title\": \"t\", \"parts\": [{\"text\": \" \\n\"}]}", "empty"}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; ++i) {
    same = 7;
    FAILS(LEYDEN_E_INVALID_ARGUMENT, bad[i].says,
          leyden_document_add_json(&same, store, bad[i].json, strlen(bad[i].json), &error));
    EXPECT(same == 0);
  }
  char deep[4000];
  memset(deep, '[', sizeof deep);
  memcpy(deep, "{\"page_map\":", 12);
  FAILS(LEYDEN_E_INVALID_ARGUMENT, "levels",
        leyden_document_add_json(&same, store, deep, sizeof deep, &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, "UTF-8",
        leyden_document_add_json(&same, store, "\"\xff\"", 3, &error));
  return id;
}

static int64_t use_sessions(leyden_store* store) {
  int64_t id = 0, fork = 0, found = 0;
  MAKES("[]", leyden_store_sessions_json(&text, store, 0, 0, &error));
  OK(leyden_session_create(&id, store, S("First"), &error));
  EXPECT(id > 0);
  MAKES("\"documents\":[]", leyden_session_info_json(&text, store, id, &error));
  MAKES("[]", leyden_session_messages_json(&text, store, id, &error));
  OK(leyden_session_rename(store, id, S("Renamed 数字"), &error));
  OK(leyden_session_find(&found, store, S("Renamed 数字"), &error));
  EXPECT(found == id);
  OK(leyden_session_set_pinned(store, id, 1, &error));
  OK(leyden_session_set_settings_json(store, id, S("{\"system\": \"Be brief.\"}"), &error));
  OK(leyden_session_set_quota(store, id, 12345, &error));
  OK(leyden_session_info_json(&text, store, id, &error));
  EXPECT(strstr(leyden_string_data(text), "\"pinned\":true"));
  EXPECT(strstr(leyden_string_data(text), "\"settings\":{\"system\":\"Be brief.\"}"));
  HAS("\"quota_bytes\":12345");
  FAILS(LEYDEN_E_INVALID_ARGUMENT, "json",
        leyden_session_set_settings_json(store, id, S("[]"), &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, "json",
        leyden_session_set_settings_json(store, id, S("{"), &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, "bytes",
        leyden_session_set_quota(store, id, UINT64_MAX, &error));

  OK(leyden_session_fork(&fork, store, id, "", 0, 0, &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, "several",
        leyden_session_find(&found, store, S("Renamed 数字"), &error));
  MAKES("\"forked_from\":", leyden_session_info_json(&text, store, fork, &error));
  FAILS(LEYDEN_E_NOT_FOUND, "99999", leyden_session_fork(&found, store, id, S("x"), 99999, &error));
  FAILS(LEYDEN_E_NOT_FOUND, NULL, leyden_session_set_head(store, id, 99999, &error));
  OK(leyden_store_sessions_json(&text, store, 1, 0, &error));
  EXPECT(!strstr(leyden_string_data(text), "},{"));
  HAS("\"uuid\":");
  MAKES("# Renamed",
        leyden_session_transcript(&text, store, id, LEYDEN_TRANSCRIPT_MARKDOWN, &error));
  MAKES("leyden.transcript/1",
        leyden_session_transcript(&text, store, id, LEYDEN_TRANSCRIPT_JSON, &error));
  FAILS(LEYDEN_E_UNSUPPORTED, "77", leyden_session_transcript(&text, store, id, 77, &error));

  FAILS(LEYDEN_E_NOT_FOUND, NULL, leyden_session_info_json(&text, store, 99999, &error));
  FAILS(LEYDEN_E_NOT_FOUND, NULL, leyden_session_messages_json(&text, store, 0, &error));
  FAILS(LEYDEN_E_NOT_FOUND, NULL, leyden_session_rename(store, 99999, S("x"), &error));
  FAILS(LEYDEN_E_NOT_FOUND, NULL, leyden_session_set_pinned(store, 99999, 1, &error));
  FAILS(LEYDEN_E_NOT_FOUND, NULL, leyden_session_set_settings_json(store, 99999, S("{}"), &error));
  FAILS(LEYDEN_E_NOT_FOUND, NULL, leyden_session_set_quota(store, 99999, 1, &error));
  FAILS(LEYDEN_E_NOT_FOUND, NULL, leyden_session_set_head(store, 99999, 1, &error));
  FAILS(LEYDEN_E_NOT_FOUND, NULL, leyden_session_fork(&found, store, 99999, S("x"), 0, &error));
  FAILS(LEYDEN_E_NOT_FOUND, NULL, leyden_session_remove(store, 99999, 0, &error));
  FAILS(LEYDEN_E_NOT_FOUND, NULL, leyden_session_transcript(&text, store, 99999, 1, &error));
  FAILS(LEYDEN_E_NOT_FOUND, "nobody", leyden_session_find(&found, store, S("nobody"), &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, "UTF-8", leyden_session_rename(store, id, "\xff", 1, &error));
  OK(leyden_session_remove(store, fork, 0, &error));
  FAILS(LEYDEN_E_NOT_FOUND, NULL, leyden_session_remove(store, fork, 1, &error));
  return id;
}

static void use_bundles(leyden_store* store, int64_t session) {
  const file_path file_path = in_folder("one.leyden");
  const char* file = file_path.text;
  leyden_cancel* cancel = NULL;
  leyden_run_options run = LEYDEN_RUN_OPTIONS_INIT;
  leyden_store* other = opened("other", NULL);
  MAKES("\"documents\":",
        leyden_session_export_json(&text, store, session, file, strlen(file), NULL, &error));
  MAKES("\"session\":", leyden_session_import_json(&text, other, file, strlen(file), NULL, &error));
  OK(leyden_cancel_create(&cancel, &error));
  leyden_cancel_request(cancel);
  run.cancel = cancel;
  FAILS(LEYDEN_E_CANCELLED, NULL,
        leyden_session_import_json(&text, other, file, strlen(file), &run, &error));
  FAILS(LEYDEN_E_CANCELLED, NULL, leyden_store_check_json(&text, store, &run, &error));
  leyden_cancel_destroy(cancel);
  FAILS(LEYDEN_E_NOT_FOUND, NULL,
        leyden_session_import_json(&text, other, S("/nowhere/x"), NULL, &error));
  FAILS(LEYDEN_E_NOT_FOUND, NULL,
        leyden_session_export_json(&text, store, 99999, file, strlen(file), NULL, &error));
  FAILS(LEYDEN_E_IO, NULL,
        leyden_session_export_json(&text, store, session, S("/proc/x"), NULL, &error));
  FAILS(LEYDEN_E_IO, NULL,
        leyden_session_export_json(&text, store, session, S("/dev/full"), NULL, &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, "path",
        leyden_session_export_json(&text, store, session, "", 0, NULL, &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, "NUL",
        leyden_session_import_json(&text, other, "a\0b", 3, NULL, &error));
  FILE* out = fopen(file, "r+b");
  EXPECT(out && fseek(out, 20, SEEK_SET) == 0 && fputc('!', out) == '!' && fclose(out) == 0);
  FAILS(LEYDEN_E_CORRUPT, NULL,
        leyden_session_import_json(&text, other, file, strlen(file), NULL, &error));
  leyden_store_destroy(other);
}

static void use_upkeep(leyden_store* store, int64_t document) {
  const file_path copy_path = in_folder("copy");
  const char* copy = copy_path.text;
  MAKES("[]", leyden_store_notes_json(&text, store, &error));
  MAKES("\"read_only\":false", leyden_store_stats_json(&text, store, &error));
  MAKES("\"sound\":true", leyden_store_check_json(&text, store, NULL, &error));
  OK(leyden_store_vacuum(store, &error));
  OK(leyden_store_backup(store, copy, strlen(copy), &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, "copy", leyden_store_backup(store, copy, strlen(copy), &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, "folder", leyden_store_backup(store, "", 0, &error));
  FAILS(LEYDEN_E_IO, NULL, leyden_store_backup(store, S("/proc/x"), &error));
  MAKES("\"kept_pages\":0", leyden_store_collect_json(&text, store, 0, &error));
  MAKES("\"over_quota\":false", leyden_store_collect_json(&text, store, 1, &error));
  FAILS(LEYDEN_E_NOT_FOUND, "theme", leyden_store_setting(&text, store, S("theme"), &error));
  OK(leyden_store_set_setting(store, S("theme"), S("dark"), &error));
  MAKES("dark", leyden_store_setting(&text, store, S("theme"), &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, "key", leyden_store_set_setting(store, "", 0, S("x"), &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, "UTF-8",
        leyden_store_set_setting(store, S("k"), "\xff", 1, &error));
  OK(leyden_store_search_json(&text, store, S("light"), 0, &error));
  EXPECT(strstr(leyden_string_data(text), "\"kind\":\"document\"") && document > 0);
  EXPECT(strstr(leyden_string_data(text), "\"label\":\"p. 1\""));
  HAS("\"snippet\":\"Ada keeps the light.\",\"marks\":[[14,19]]");
  MAKES("[]", leyden_store_search_json(&text, store, S("nothing of the kind"), 0, &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, "UTF-8",
        leyden_store_search_json(&text, store, "\xff", 1, 0, &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, "not encrypted",
        leyden_store_change_passphrase(store, S("a"), S("b"), &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, "new_passphrase is empty",
        leyden_store_change_passphrase(store, S("a"), "", 0, &error));
  const file_path here_path = in_folder("jar");
  const char* here = here_path.text;
  FAILS(LEYDEN_E_BUSY, NULL, leyden_store_repair_json(&text, here, strlen(here), NULL, &error));
  FAILS(LEYDEN_E_NOT_FOUND, "no store",
        leyden_store_repair_json(&text, S("/nowhere"), NULL, &error));
  MAKES("\"actions\":[", leyden_store_repair_json(&text, copy, strlen(copy), NULL, &error));
}

static void use_encrypted(void) {
  leyden_store* store = opened("safe", "open sesame");
  int64_t id = 0;
  OK(leyden_session_create(&id, store, S("Secret"), &error));
  FAILS(LEYDEN_E_INVALID_ARGUMENT, "passphrase",
        leyden_store_change_passphrase(store, S("open barley"), S("new"), &error));
  OK(leyden_store_change_passphrase(store, S("open sesame"), S("new"), &error));
  leyden_store_destroy(store);
  const file_path here_path = in_folder("safe");
  const char* here = here_path.text;
  leyden_store_options options = LEYDEN_STORE_OPTIONS_INIT;
  store = NULL;
  FAILS(LEYDEN_E_INVALID_ARGUMENT, "passphrase",
        leyden_store_open(&store, here, strlen(here), NULL, &error));
  options.passphrase = "open sesame";
  options.passphrase_size = 11;
  FAILS(LEYDEN_E_INVALID_ARGUMENT, "passphrase",
        leyden_store_open(&store, here, strlen(here), &options, &error));
  EXPECT(store == NULL);
  FAILS(LEYDEN_E_INVALID_ARGUMENT, "passphrase",
        leyden_store_repair_json(&text, here, strlen(here), &options, &error));
  options.passphrase = "new";
  options.passphrase_size = 3;
  MAKES("\"texts_lost\":0", leyden_store_repair_json(&text, here, strlen(here), &options, &error));
  store = opened("safe", "new");
  MAKES("Secret", leyden_session_info_json(&text, store, id, &error));
  leyden_store_destroy(store);
}

static void use_read_only(int64_t session, int64_t document) {
  leyden_store* store = NULL;
  leyden_store_options options = LEYDEN_STORE_OPTIONS_INIT;
  int64_t id = 0;
  options.read_only = 1;
  FAILS(LEYDEN_E_NOT_FOUND, "no store", leyden_store_open(&store, S("/nowhere"), &options, &error));
  const file_path here_path = in_folder("jar");
  const char* here = here_path.text;
  OK(leyden_store_open(&store, here, strlen(here), &options, &error));
  MAKES("\"read_only\":true", leyden_store_stats_json(&text, store, &error));
  MAKES("Renamed", leyden_session_info_json(&text, store, session, &error));
  FAILS(LEYDEN_E_IO, NULL, leyden_session_create(&id, store, S("x"), &error));
  FAILS(LEYDEN_E_IO, NULL, leyden_session_rename(store, session, S("x"), &error));
  FAILS(LEYDEN_E_IO, NULL, leyden_session_remove(store, session, 0, &error));
  FAILS(LEYDEN_E_IO, NULL, leyden_session_set_head(store, session, 1, &error));
  FAILS(LEYDEN_E_IO, NULL, leyden_document_remove(store, document, &error));
  FAILS(LEYDEN_E_IO, NULL, leyden_store_set_setting(store, S("k"), S("v"), &error));
  FAILS(LEYDEN_E_IO, NULL, leyden_store_vacuum(store, &error));
  leyden_store_destroy(store);
}

static void use_null(leyden_store* store) {
  int64_t id = 5;
#define NULLS(call) FAILS(LEYDEN_E_INVALID_ARGUMENT, "NULL", call)
  NULLS(leyden_store_notes_json(&text, NULL, &error));
  NULLS(leyden_store_notes_json(NULL, store, &error));
  NULLS(leyden_store_stats_json(&text, NULL, &error));
  NULLS(leyden_store_check_json(&text, NULL, NULL, &error));
  NULLS(leyden_store_repair_json(NULL, S("/x"), NULL, &error));
  NULLS(leyden_store_vacuum(NULL, &error));
  NULLS(leyden_store_backup(NULL, S("/x"), &error));
  NULLS(leyden_store_backup(store, NULL, 3, &error));
  NULLS(leyden_store_collect_json(&text, NULL, 0, &error));
  NULLS(leyden_store_change_passphrase(NULL, S("a"), S("b"), &error));
  NULLS(leyden_store_change_passphrase(store, NULL, 1, S("b"), &error));
  NULLS(leyden_store_setting(&text, NULL, S("k"), &error));
  NULLS(leyden_store_set_setting(store, S("k"), NULL, 4, &error));
  NULLS(leyden_store_search_json(&text, NULL, S("q"), 0, &error));
  NULLS(leyden_store_sessions_json(&text, NULL, 0, 0, &error));
  NULLS(leyden_session_find(&id, NULL, S("n"), &error));
  EXPECT(id == 0);
  NULLS(leyden_session_find(NULL, store, S("n"), &error));
  NULLS(leyden_session_info_json(&text, NULL, 1, &error));
  NULLS(leyden_session_messages_json(&text, NULL, 1, &error));
  NULLS(leyden_session_create(&id, NULL, S("t"), &error));
  NULLS(leyden_session_create(&id, store, NULL, 2, &error));
  NULLS(leyden_session_rename(NULL, 1, S("t"), &error));
  NULLS(leyden_session_set_pinned(NULL, 1, 1, &error));
  NULLS(leyden_session_set_settings_json(NULL, 1, S("{}"), &error));
  NULLS(leyden_session_set_quota(NULL, 1, 1, &error));
  NULLS(leyden_session_set_head(NULL, 1, 1, &error));
  NULLS(leyden_session_fork(&id, NULL, 1, S("t"), 0, &error));
  NULLS(leyden_session_remove(NULL, 1, 0, &error));
  NULLS(leyden_session_export_json(&text, NULL, 1, S("f"), NULL, &error));
  NULLS(leyden_session_import_json(&text, NULL, S("f"), NULL, &error));
  NULLS(leyden_session_transcript(&text, NULL, 1, 1, &error));
  NULLS(leyden_document_add_json(&id, NULL, S("{}"), &error));
  NULLS(leyden_documents_json(&text, NULL, &error));
  NULLS(leyden_document_find(&id, NULL, S("n"), &error));
  NULLS(leyden_document_info_json(&text, NULL, 1, &error));
  NULLS(leyden_document_part_text(&text, NULL, 1, 0, &error));
  NULLS(leyden_document_page_map_json(&text, NULL, 1, &error));
  NULLS(leyden_document_set_pinned(NULL, 1, 1, &error));
  NULLS(leyden_document_remove(NULL, 1, &error));
  EXPECT(leyden_store_vacuum(NULL, NULL) == LEYDEN_E_INVALID_ARGUMENT);
  leyden_store_destroy(NULL);
}

int main(int argc, char** argv) {
  EXPECT(argc == 2 && strlen(argv[1]) < 4000);
  strcpy(folder, argv[1]);
  OK(leyden_check_unstable(LEYDEN_UNSTABLE_REVISION, &error));
  EXPECT(leyden_has("store") == 1);
  leyden_store* store = opened("jar", NULL);
  const int64_t document = use_documents(store);
  const int64_t session = use_sessions(store);
  use_bundles(store, session);
  use_upkeep(store, document);
  use_encrypted();
  use_null(store);
  leyden_store_destroy(store);
  use_read_only(session, document);
  store = opened("jar", NULL);
  OK(leyden_session_remove(store, session, 1, &error));
  OK(leyden_document_remove(store, document, &error));
  MAKES("[]", leyden_documents_json(&text, store, &error));
  leyden_store_destroy(store);
  puts("ok");
  return 0;
}
