// SPDX-License-Identifier: Apache-2.0
// leyden session: the conversations of the jar.
#include <fmt/format.h>
#include <unistd.h>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "app/cli/store_arguments.h"
#include "app/cli/table.h"

namespace leyden_cli {

namespace {

struct SessionArguments {
  StoreArguments store;
  std::string name;                ///< of one session
  std::vector<std::string> names;  ///< of rm's
  std::string title, file, query;
  std::string format;  ///< of export; "" as the file's name says
  size_t limit = 0;
  int64_t at_message = 0;
  bool off = false, shred = false;
};

Json session_info(const Store& store, int64_t id) {
  return made_json([&](leyden_string** out, leyden_error** error) {
    return leyden_session_info_json(out, store.get(), id, error);
  });
}

std::string title_of(const Json& session) {
  const auto title = session.at("title").get<std::string>();
  return title.empty() ? "(untitled)" : title;
}

/// What a changing command says: the session as it is now.
void show_changed(const Store& store, int64_t id, const Console& console, const std::string& what) {
  const Json info = session_info(store, id);
  if (console.json) return print_json(info);
  print(fmt::format("{} session {}, '{}'\n", what, id, fit(title_of(info), 200)));
}

/// How much KV there is; after eviction, of how much.
std::string kept_text(const Json& session) {
  const auto kept = session.at("kept_bytes").get<uint64_t>();
  const auto all = session.at("kv_bytes").get<uint64_t>();
  return kept == all ? human_bytes(all) : human_bytes(kept) + " of " + human_bytes(all);
}

void run_list(const SessionArguments& args, const Console& console) {
  if (args.store.folder.empty() && !args.store.exists()) {  // nothing was ever kept
    return print(console.json ? "[]\n" : "No sessions yet.\n");
  }
  const Store store = args.store.open_existing(console);
  const Json list = made_json([&](leyden_string** out, leyden_error** error) {
    return leyden_store_sessions_json(out, store.get(), args.limit, 0, error);
  });
  if (console.json) return print_json(list);
  if (list.empty()) return print("No sessions yet.\n");
  Table table({{"ID", true},
               {"TITLE", false, true},
               {"MESSAGES", true},
               {"TOKENS", true},
               {"KV", true},
               {"USED"}});
  for (const Json& s : list) {
    table.add({std::to_string(s.at("id").get<int64_t>()),
               title_of(s) + (s.at("pinned").get<bool>() ? " (pinned)" : ""),
               grouped(s.at("messages").get<uint64_t>()), grouped(s.at("tokens").get<uint64_t>()),
               kept_text(s), age(s.at("used_ms").get<int64_t>(), now_ms())});
  }
  print(table.text());
}

void run_show(const SessionArguments& args, const Console& console) {
  const Store store = args.store.open_existing(console);
  const int64_t id = find_session(store, args.name);
  Json info = session_info(store, id);
  Json branch = made_json([&](leyden_string** out, leyden_error** error) {
    return leyden_session_messages_json(out, store.get(), id, error);
  });
  if (console.json) {
    info["branch"] = std::move(branch);
    return print_json(info);
  }
  const auto row = [](const char* name, const std::string& value) {
    print(fmt::format("{:<12} {}\n", name, value));
  };
  row("title", fit(title_of(info), 200));
  row("id", fmt::format("{} ({})", id, info.at("uuid").get<std::string>()));
  row("model",
      info.at("model").is_null() ? "none yet" : fit(info.at("model").get<std::string>(), 200));
  row("created", date(info.at("created_ms").get<int64_t>()));
  row("used", age(info.at("used_ms").get<int64_t>(), now_ms()));
  row("kept", fmt::format("{} tokens, {} ({} on disk)", grouped(info.at("tokens").get<uint64_t>()),
                          kept_text(info), human_bytes(info.at("stored_bytes").get<uint64_t>())));
  if (info.at("pinned").get<bool>()) row("pinned", "yes");
  if (info.at("forked_from") != 0) {
    row("forked from", fmt::format("session {}", info.at("forked_from").get<int64_t>()));
  }
  for (const Json& d : info.at("documents")) {
    row("document", fmt::format("{}. {}", d.at("id").get<int64_t>(),
                                fit(d.at("title").get<std::string>(), 200)));
  }
  for (const Json& m : branch) {
    const auto others = m.at("siblings").size();
    print(fmt::format("\n[{}] {}{}{}\n{}\n", m.at("id").get<int64_t>(),
                      m.at("role").get<std::string>(),
                      m.at("state") == "complete" ? "" : ", " + m.at("state").get<std::string>(),
                      others > 1 ? fmt::format(", one of {} versions", others) : "",
                      m.at("text").get<std::string>()));
  }
}

/// The snippet on one line; what was found stands out on a terminal.
std::string snippet_text(const Json& hit) {
  const bool tty = isatty(STDOUT_FILENO) == 1;
  const auto snippet = hit.at("snippet").get<std::string>();
  std::string out;
  size_t at = 0;
  for (const Json& mark : hit.at("marks")) {
    const auto begin = mark.at(0).get<size_t>(), end = mark.at(1).get<size_t>();
    out += fit(std::string_view(snippet).substr(at, begin - at), 400);
    const std::string found = fit(std::string_view(snippet).substr(begin, end - begin), 400);
    out += tty ? "\033[1m" + found + "\033[0m" : found;
    at = end;
  }
  return out + fit(std::string_view(snippet).substr(at), 400);
}

void run_search(const SessionArguments& args, const Console& console) {
  const Store store = args.store.open_existing(console);
  const Json hits = made_json([&](leyden_string** out, leyden_error** error) {
    return leyden_store_search_json(out, store.get(), args.query.data(), args.query.size(),
                                    args.limit, error);
  });
  if (console.json) return print_json(hits);
  if (hits.empty()) return print("Nothing found.\n");
  for (const Json& h : hits) {
    const bool document = h.at("session") == 0;
    const auto label = h.at("label").get<std::string>();
    print(fmt::format("{} {}, {}{}{}\n    {}\n", document ? "document" : "session",
                      h.at(document ? "document" : "session").get<int64_t>(),
                      fit(h.at("title").get<std::string>(), 60), label.empty() ? "" : ", ", label,
                      snippet_text(h)));
  }
}

void run_rename(const SessionArguments& args, const Console& console) {
  const Store store = args.store.open_existing(console);
  const int64_t id = find_session(store, args.name);
  done([&](leyden_error** error) {
    return leyden_session_rename(store.get(), id, args.title.data(), args.title.size(), error);
  });
  show_changed(store, id, console, "renamed");
}

void run_fork(const SessionArguments& args, const Console& console) {
  const Store store = args.store.open_existing(console);
  const int64_t from = find_session(store, args.name);
  const int64_t id = made_id([&](int64_t* out, leyden_error** error) {
    return leyden_session_fork(out, store.get(), from, args.title.data(), args.title.size(),
                               args.at_message, error);
  });
  show_changed(store, id, console, "made");
}

void run_pin(const SessionArguments& args, const Console& console) {
  const Store store = args.store.open_existing(console);
  const int64_t id = find_session(store, args.name);
  done([&](leyden_error** error) {
    return leyden_session_set_pinned(store.get(), id, args.off ? 0 : 1, error);
  });
  show_changed(store, id, console, args.off ? "unpinned" : "pinned");
}

void run_rm(const SessionArguments& args, const Console& console) {
  const Store store = args.store.open_existing(console);
  std::vector<int64_t> ids;  // a wrong name is found before anything is removed
  for (const std::string& name : args.names) ids.push_back(find_session(store, name));
  for (const int64_t id : ids) {
    done([&](leyden_error** error) {
      return leyden_session_remove(store.get(), id, args.shred ? 1 : 0, error);
    });
    if (!console.json) {
      print(fmt::format("removed session {}{}\n", id, args.shred ? " and overwrote it" : ""));
    }
  }
  if (console.json) print_json({{"removed", ids}, {"shredded", args.shred}});
}

/// Export and import have the same options and the same report.
template <typename Call>
Json moved(const Console& console, Call&& call) {
  ProgressLine progress(console);
  leyden_run_options options = LEYDEN_RUN_OPTIONS_INIT;
  options.on_progress = ProgressLine::callback;
  options.user_data = &progress;
  options.cancel = interrupt();
  return made_json(
      [&](leyden_string** out, leyden_error** error) { return call(out, &options, error); });
}

void show_moved(const Json& report, const std::string& file, bool in, const Console& console) {
  if (console.json) {
    Json out = report;
    out["file"] = file;
    return print_json(out);
  }
  print(fmt::format(
      "{}: {} {}: {} messages, {} documents, {} pages of KV, {}\n", file,
      in ? "imported as session" : "holds session", report.at("session").get<int64_t>(),
      grouped(report.at("messages").get<uint64_t>()),
      grouped(report.at("documents").get<uint64_t>()), grouped(report.at("pages").get<uint64_t>()),
      human_bytes(report.at("bytes").get<uint64_t>())));
  if (const auto why = report.at("note").get<std::string>(); !why.empty()) note("note: " + why);
}

std::string transcript(const Store& store, int64_t id, leyden_transcript_format format) {
  return made_text([&](leyden_string** out, leyden_error** error) {
    return leyden_session_transcript(out, store.get(), id, format, error);
  });
}

/// Writes a text to a file, which appears only when it is complete.
void write_whole(const std::string& path, const std::string& text) {
  const std::string unfinished = path + ".part";
  std::FILE* file = std::fopen(unfinished.c_str(), "wbe");
  if (!file) throw errno_failure(path, "cannot write");
  remove_on_exit(unfinished);
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const bool closed = std::fclose(file) == 0;
  if (!written || !closed || std::rename(unfinished.c_str(), path.c_str()) != 0) {
    const Failure failure = errno_failure(path, "cannot write");
    std::remove(unfinished.c_str());
    throw failure;
  }
  remove_on_exit("");
}

void run_export(const SessionArguments& args, const Console& console) {
  const Store store = args.store.open_existing(console);
  const int64_t id = find_session(store, args.name);
  const bool json = args.format == "json" || (args.format.empty() && args.file.ends_with(".json"));
  if (json || args.format == "markdown" || (args.format.empty() && args.file.ends_with(".md"))) {
    const std::string text =
        transcript(store, id, json ? LEYDEN_TRANSCRIPT_JSON : LEYDEN_TRANSCRIPT_MARKDOWN);
    write_whole(args.file, text);
    if (console.json) return print_json({{"session", id}, {"bytes", text.size()}});
    return print(fmt::format("{}: {}\n", args.file, human_bytes(text.size())));
  }
  const Json report = moved(
      console, [&](leyden_string** out, const leyden_run_options* options, leyden_error** error) {
        return leyden_session_export_json(out, store.get(), id, args.file.data(), args.file.size(),
                                          options, error);
      });
  show_moved(report, args.file, false, console);
}

void run_import(const SessionArguments& args, const Console& console) {
  const Store store = args.store.open(console);
  const Json report = moved(
      console, [&](leyden_string** out, const leyden_run_options* options, leyden_error** error) {
        return leyden_session_import_json(out, store.get(), args.file.data(), args.file.size(),
                                          options, error);
      });
  show_moved(report, args.file, true, console);
}

void run_transcript(const SessionArguments& args, const Console& console) {
  const Store store = args.store.open_existing(console);
  const int64_t id = find_session(store, args.name);
  const std::string text =
      transcript(store, id, console.json ? LEYDEN_TRANSCRIPT_JSON : LEYDEN_TRANSCRIPT_MARKDOWN);
  if (console.json) return print_json(Json::parse(text));
  print(text);
}

constexpr const char* kSessionName = "Its id, title, or the first 8 digits of its uuid";

/// A subcommand with the store's flags and, where `takes_name`, the session it is about.
std::shared_ptr<SessionArguments> add(CLI::App* group, Console& console, const char* name,
                                      const char* description, const char* examples,
                                      void (*run)(const SessionArguments&, const Console&),
                                      bool takes_name, CLI::App** command_out = nullptr) {
  CLI::App* command = nullptr;
  auto args = add_store_command(group, console, name, description, examples, run, &command);
  if (takes_name) {
    command->add_option("session", args->name, kSessionName)->required()->type_name("SESSION");
  }
  if (command_out) *command_out = command;
  return args;
}

}  // namespace

void add_session(CLI::App& app, Console& console) {
  CLI::App* group =
      add_group(app, "session", "List, search, fork, move or remove kept conversations");
  CLI::App* c = nullptr;
  auto list =
      add(group, console, "list", "List the sessions, the last used first",
          "  leyden session list\n  leyden session list --limit 20 --json", run_list, false, &c);
  c->add_option("--limit", list->limit, "Most sessions to list. 0: all");

  add(group, console, "show", "Show a session and its conversation",
      "  leyden session show \"Harbour report\"\n  leyden session show 12 --json", run_show, true);

  add_session_resume(*group, console);

  auto search = add(group, console, "search", "Find words in titles, messages and documents",
                    "  leyden session search lighthouse\n"
                    "  leyden session search '\"keeper of the\" light' --limit 5",
                    run_search, false, &c);
  c->add_option(
       "query", search->query,
       "Words that must all occur; \"several in quotes\" stand together; the last one may be "
       "the beginning of a word")
      ->required()
      ->type_name("QUERY");
  c->add_option("--limit", search->limit, "Most hits. 0: 50");

  auto rename = add(group, console, "rename", "Give a session another title",
                    "  leyden session rename 12 \"Harbour report\"", run_rename, true, &c);
  c->add_option("title", rename->title, "The new title")->required()->type_name("TITLE");

  auto fork = add(group, console, "fork", "Make a second session that goes on from the same place",
                  "  leyden session fork 12 --title \"Another try\"", run_fork, true, &c);
  c->add_option("--title", fork->title, "Its title. Default: the same")->type_name("TITLE");
  c->add_option("--at", fork->at_message, "The message it ends with. Default: the last one")
      ->check(CLI::Range(int64_t{1}, INT64_MAX))
      ->type_name("MESSAGE");

  auto rm = add(group, console, "rm", "Remove sessions for good",
                "  leyden session rm 12\n  leyden session rm 12 14 --shred", run_rm, false, &c);
  c->add_option("session", rm->names, kSessionName)->required()->type_name("SESSION");
  c->add_flag(
      "--shred", rm->shred,
      "Also overwrite their text and KV in the store's files (a file system or an SSD may still "
      "keep copies)");

  auto pin = add(group, console, "pin", "Keep what a session has read, whatever the quota says",
                 "  leyden session pin 12\n  leyden session pin 12 --off", run_pin, true, &c);
  c->add_flag("--off", pin->off, "Take that back");

  auto export_args =
      add(group, console, "export", "Write a session to one file: whole, or as a text to read",
          "  leyden session export 12 harbour.leyden\n"
          "  leyden session export 12 harbour.md\n"
          "  leyden session export 12 harbour.json\n"
          "The first has documents and KV, for import; the others the conversation with what tools did.",
          run_export, true, &c);
  c->add_option("file", export_args->file, "The file; it is not encrypted")
      ->required()
      ->type_name("FILE");
  c->add_option("--format", export_args->format,
                "bundle, markdown or json. Without it, as the file's name ends")
      ->check(CLI::IsMember({"bundle", "markdown", "json"}));

  auto import_args = add(group, console, "import", "Add the session of such a file",
                         "  leyden session import harbour.leyden", run_import, false, &c);
  c->add_option("file", import_args->file, "The file")->required()->type_name("FILE");

  add(group, console, "transcript", "Print a conversation as Markdown; with --json its whole tree",
      "  leyden session transcript 12 > harbour.md", run_transcript, true);
}

}  // namespace leyden_cli
