// SPDX-License-Identifier: Apache-2.0
// leyden store: looking after the jar itself.
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "app/cli/model_arguments.h"
#include "app/cli/store_arguments.h"

namespace leyden_cli {

namespace {

struct UpkeepArguments {
  StoreArguments store;
  std::string folder, quota, new_passphrase_file;
};

Json stats(const Store& store) {
  return made_json([&](leyden_string** out, leyden_error** error) {
    return leyden_store_stats_json(out, store.get(), error);
  });
}

Json notes(const Store& store) {
  return made_json([&](leyden_string** out, leyden_error** error) {
    return leyden_store_notes_json(out, store.get(), error);
  });
}

uint64_t file_bytes(const Json& stats) {
  return stats.at("catalogue_file_bytes").get<uint64_t>() +
         stats.at("kv_file_bytes").get<uint64_t>();
}

void row(const char* name, const std::string& value) {
  print(fmt::format("{:<12} {}\n", name, value));
}

void run_stats(const UpkeepArguments& args, const Console& console) {
  const Store store = args.store.open_existing(console);
  Json s = stats(store);
  if (console.json) {
    s["notes"] = notes(store);
    return print_json(s);
  }
  const auto number = [&](const char* key) { return s.at(key).get<uint64_t>(); };
  row("folder", s.at("folder").get<std::string>());
  row("sessions", grouped(number("sessions")));
  row("messages", grouped(number("messages")));
  row("documents", grouped(number("documents")));
  row("models", grouped(number("models")));
  row("pages",
      fmt::format("{}{}", grouped(number("pages")),
                  number("quarantined_pages") == 0
                      ? ""
                      : fmt::format(", {} quarantined", grouped(number("quarantined_pages")))));
  const uint64_t raw = number("kv_raw_bytes"), stored = number("kv_stored_bytes");
  row("KV", stored == 0 ? human_bytes(0)
                        : fmt::format("{}, compressed from {} ({:.2f} to 1)", human_bytes(stored),
                                      human_bytes(raw),
                                      static_cast<double>(raw) / static_cast<double>(stored)));
  row("files", fmt::format("{} text, {} KV", human_bytes(number("catalogue_file_bytes")),
                           human_bytes(number("kv_file_bytes"))));
  row("encrypted", s.at("encrypted").get<bool>() ? "yes" : "no");
  if (s.at("read_only").get<bool>()) row("read-only", "yes");
}

void run_check(const UpkeepArguments& args, const Console& console) {
  // Opening for writing mends some things, which a check must see first.
  try {
    args.store.open_existing(console, true);
  } catch (const Failure& f) {
    if (f.status == LEYDEN_E_CORRUPT) throw;
  }
  const Store store = args.store.open_existing(console);
  ProgressLine progress(console);
  leyden_run_options options = LEYDEN_RUN_OPTIONS_INIT;
  options.on_progress = ProgressLine::callback;
  options.user_data = &progress;
  options.cancel = interrupt();
  const Json report = made_json([&](leyden_string** out, leyden_error** error) {
    return leyden_store_check_json(out, store.get(), &options, error);
  });
  progress.clear();
  const bool sound = report.at("sound").get<bool>();
  if (console.json) {
    print_json(report);
  } else {
    for (const Json& problem : report.at("problems")) print(problem.get<std::string>() + "\n");
    print(fmt::format("{}: {} messages, {} texts and {} pages read\n", sound ? "sound" : "damaged",
                      grouped(report.at("messages").get<uint64_t>()),
                      grouped(report.at("texts").get<uint64_t>()),
                      grouped(report.at("pages").get<uint64_t>())));
  }
  flush_output();
  if (sound) return;
  throw Failure{LEYDEN_E_CORRUPT,
                fmt::format("{}: {} problem(s) found; 'leyden store repair' keeps what can be read",
                            args.store.path(), report.at("n_problems").get<uint64_t>())};
}

void run_repair(const UpkeepArguments& args, const Console& console) {
  const std::string folder = args.store.path();
  const auto repair = [&](const std::string& passphrase) {
    leyden_store_options options = LEYDEN_STORE_OPTIONS_INIT;
    options.passphrase = passphrase.data();
    options.passphrase_size = passphrase.size();
    return made_json([&](leyden_string** out, leyden_error** error) {
      return leyden_store_repair_json(out, folder.data(), folder.size(), &options, error);
    });
  };
  Json report;
  const std::string given = args.store.given_passphrase();
  try {
    report = repair(given);
  } catch (const Failure& f) {
    if (f.status != LEYDEN_E_INVALID_ARGUMENT || !given.empty() || !has_terminal()) throw;
    report = repair(ask_passphrase("Passphrase of " + folder + ": "));
  }
  if (console.json) return print_json(report);
  for (const Json& action : report.at("actions")) print(action.get<std::string>() + "\n");
  print(fmt::format("kept {} texts and {} pages, lost {} texts and {} pages\n",
                    grouped(report.at("texts_kept").get<uint64_t>()),
                    grouped(report.at("pages_kept").get<uint64_t>()),
                    grouped(report.at("texts_lost").get<uint64_t>()),
                    grouped(report.at("pages_lost").get<uint64_t>())));
}

void run_vacuum(const UpkeepArguments& args, const Console& console) {
  const Store store = args.store.open_existing(console);
  const uint64_t before = file_bytes(stats(store));
  done([&](leyden_error** error) { return leyden_store_vacuum(store.get(), error); });
  const uint64_t after = file_bytes(stats(store));
  if (console.json) return print_json({{"bytes_before", before}, {"bytes_after", after}});
  print(fmt::format("{} before, {} now\n", human_bytes(before), human_bytes(after)));
}

void run_backup(const UpkeepArguments& args, const Console& console) {
  const Store store = args.store.open_existing(console);
  done([&](leyden_error** error) {
    return leyden_store_backup(store.get(), args.folder.data(), args.folder.size(), error);
  });
  uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(args.folder))
    bytes += entry.file_size();
  if (console.json) return print_json({{"folder", args.folder}, {"bytes", bytes}});
  print(fmt::format("{}: a copy of {}, {}\n", args.folder, args.store.path(), human_bytes(bytes)));
}

void run_collect(const UpkeepArguments& args, const Console& console) {
  const uint64_t quota = args.quota.empty() ? 0 : parse_bytes(args.quota, "--quota");
  const Store store = args.store.open_existing(console);
  const Json r = made_json([&](leyden_string** out, leyden_error** error) {
    return leyden_store_collect_json(out, store.get(), quota, error);
  });
  if (console.json) return print_json(r);
  if (r.at("skipped").get<bool>()) return print("another program is doing it\n");
  const auto amount = [&](const std::string& what) {
    return fmt::format("{} pages, {}", grouped(r.at(what + "_pages").get<uint64_t>()),
                       human_bytes(r.at(what + "_bytes").get<uint64_t>()));
  };
  row("not needed", amount("unreachable"));
  row("over quota", amount("evicted"));
  row("kept", amount("kept"));
  if (r.at("over_quota").get<bool>())
    note("note: still over the quota: the rest is pinned, in use or young");
}

/// The new passphrase: from where the arguments say, else typed twice.
std::string new_passphrase(const UpkeepArguments& args) {
  if (!args.new_passphrase_file.empty()) return read_passphrase_file(args.new_passphrase_file);
  if (const char* named = std::getenv("LEYDEN_NEW_PASSPHRASE"); named && *named) return named;
  std::string first = ask_passphrase("New passphrase: ");
  if (ask_passphrase("The same again: ") != first) throw bad_argument("the two passphrases differ");
  return first;
}

void run_passphrase(const UpkeepArguments& args, const Console& console) {
  const std::string folder = args.store.path();
  const bool is_new = !args.store.exists();
  if (is_new) {
    const std::string passphrase = new_passphrase(args);
    leyden_store_options options = LEYDEN_STORE_OPTIONS_INIT;
    options.passphrase = passphrase.data();
    options.passphrase_size = passphrase.size();
    const Store store = made<Store>([&](leyden_store** out, leyden_error** error) {
      return leyden_store_open(out, folder.data(), folder.size(), &options, error);
    });
  } else {
    std::string old = args.store.given_passphrase();
    if (old.empty()) old = ask_passphrase("Passphrase of " + folder + ": ");
    leyden_store_options options = LEYDEN_STORE_OPTIONS_INIT;
    options.passphrase = old.data();
    options.passphrase_size = old.size();
    const Store store = made<Store>([&](leyden_store** out, leyden_error** error) {
      return leyden_store_open(out, folder.data(), folder.size(), &options, error);
    });
    const std::string next = new_passphrase(args);
    done([&](leyden_error** error) {
      return leyden_store_change_passphrase(store.get(), old.data(), old.size(), next.data(),
                                            next.size(), error);
    });
  }
  if (console.json) return print_json({{"folder", folder}, {"new_store", is_new}});
  print(folder + (is_new ? ": a new encrypted store\n" : ": has another passphrase now\n"));
}

}  // namespace

void add_store(CLI::App& app, Console& console) {
  CLI::App* group =
      add_group(app, "store", "Check, repair, copy or shrink the folder that keeps it all");
  CLI::App* c = nullptr;
  add_store_command(group, console, "stats", "Show what the store holds", "  leyden store stats",
                    run_stats, &c);
  add_store_command(group, console, "check",
                    "Read and verify everything; exit code 4 when something is damaged",
                    "  leyden store check\n  leyden store check --store DIR --json", run_check, &c);
  add_store_command(
      group, console, "repair", "Rebuild a damaged store from what can be read",
      "  leyden store repair --store DIR\n"
      "The damaged files are kept under other names. No other program may have the store open.",
      run_repair, &c);
  add_store_command(group, console, "vacuum", "Give unused space back to the file system",
                    "  leyden store vacuum", run_vacuum, &c);
  auto args = add_store_command(group, console, "backup", "Copy the store while it is in use",
                                "  leyden store backup /backup/leyden", run_backup, &c);
  c->add_option("folder", args->folder, "An empty or new folder")->required()->type_name("FOLDER");
  args = add_store_command(group, console, "collect",
                           "Remove KV that nothing needs, and the least valuable over a quota",
                           "  leyden store collect\n  leyden store collect --quota 20G",
                           run_collect, &c);
  c->add_option("--quota", args->quota, "Most KV to keep, e.g. 20G. Text is never removed")
      ->type_name("BYTES");
  args = add_store_command(
      group, console, "passphrase", "Change the passphrase, or begin an encrypted store",
      "  leyden store passphrase\n"
      "  leyden store passphrase --passphrase-file old.txt --new-passphrase-file new.txt\n"
      "Where there is no store yet, a new encrypted one is made. A store that was begun without\n"
      "a passphrase stays as it is.",
      run_passphrase, &c);
  c->add_option(
       "--new-passphrase-file", args->new_passphrase_file,
       "The new one is this file's first line. Default: $LEYDEN_NEW_PASSPHRASE, else asked for")
      ->type_name("FILE");
}

}  // namespace leyden_cli
