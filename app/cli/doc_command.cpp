// SPDX-License-Identifier: Apache-2.0
// leyden doc: the documents of the jar.
#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/input_files.h"
#include "app/cli/interrupt.h"
#include "app/cli/store_arguments.h"
#include "app/cli/table.h"

namespace leyden_cli {

namespace {

struct DocArguments {
  StoreArguments store;
  std::vector<std::string> names;
  std::string title;
  bool text = false;
};

Json document_info(const Store& store, int64_t id) {
  return made_json([&](leyden_string** out, leyden_error** error) {
    return leyden_document_info_json(out, store.get(), id, error);
  });
}

uint64_t document_count(const Store& store) {
  return made_json([&](leyden_string** out, leyden_error** error) {
           return leyden_store_stats_json(out, store.get(), error);
         })
      .at("documents")
      .get<uint64_t>();
}

/// A file as the door wants it.
std::string document_json(const std::string& path, const std::string& title) {
  if (needs_reader(path)) {  // its pages are parts, each with its label
    Json json = Json::parse(read_document_json(path));
    if (!title.empty()) json["title"] = title;
    return json.dump();
  }
  const DocumentFile file = read_document(path);
  const Json json = {{"title", title.empty() ? file.title : title},
                     {"source", path},
                     {"parts", {{{"label", ""}, {"text", file.text}}}}};
  return json.dump();
}

void keep_documents(const DocArguments& args, const Console& console) {
  if (!args.title.empty() && args.names.size() > 1) {
    throw bad_argument("--title: there are several files");
  }
  // A file that cannot be read is found before anything is added.
  std::vector<std::string> documents;
  for (const std::string& path : args.names) documents.push_back(document_json(path, args.title));
  const Store store = args.store.open(console);
  Json out = Json::array();
  for (size_t i = 0; i < documents.size(); ++i) {
    stop_if_interrupted();
    const uint64_t before = document_count(store);
    const int64_t id = made_id([&](int64_t* made, leyden_error** error) {
      return leyden_document_add_json(made, store.get(), documents[i].data(), documents[i].size(),
                                      error);
    });
    const bool is_new = document_count(store) > before;
    const Json info = document_info(store, id);
    out.push_back(
        {{"id", id}, {"title", info.at("title")}, {"file", args.names[i]}, {"new", is_new}});
    if (console.json) continue;
    print(fmt::format("{}: {} document {}, '{}'\n", args.names[i],
                      is_new ? "added as" : "is there already as", id,
                      fit(info.at("title").get<std::string>(), 200)));
  }
  if (console.json) print_json(out);
}

void list_documents(const DocArguments& args, const Console& console) {
  if (args.store.folder.empty() && !args.store.exists()) {
    return print(console.json ? "[]\n" : "No documents yet.\n");
  }
  const Store store = args.store.open_existing(console);
  const Json list = made_json([&](leyden_string** out, leyden_error** error) {
    return leyden_documents_json(out, store.get(), error);
  });
  if (console.json) return print_json(list);
  if (list.empty()) return print("No documents yet.\n");
  Table table({{"ID", true}, {"TITLE", false, true}, {"PARTS", true}, {"TOKENS", true}, {"ADDED"}});
  for (const Json& d : list) {
    const auto tokens = d.at("tokens").get<uint64_t>();
    table.add({std::to_string(d.at("id").get<int64_t>()),
               d.at("title").get<std::string>() + (d.at("pinned").get<bool>() ? " (pinned)" : ""),
               grouped(d.at("parts").get<uint64_t>()), tokens == 0 ? "-" : grouped(tokens),
               age(d.at("added_ms").get<int64_t>(), now_ms())});
  }
  print(table.text());
}

std::string part_text(const Store& store, int64_t id, uint32_t part) {
  return made_text([&](leyden_string** out, leyden_error** error) {
    return leyden_document_part_text(out, store.get(), id, part, error);
  });
}

void show_document(const DocArguments& args, const Console& console) {
  const Store store = args.store.open_existing(console);
  const int64_t id = find_document(store, args.names.front());
  Json info = document_info(store, id);
  const auto parts = static_cast<uint32_t>(info.at("labels").size());
  if (console.json) {
    if (args.text) {
      info["text"] = Json::array();
      for (uint32_t p = 0; p < parts; ++p) info["text"].push_back(part_text(store, id, p));
    }
    return print_json(info);
  }
  if (args.text) {
    for (uint32_t p = 0; p < parts; ++p) {
      const auto label = info.at("labels")[p].get<std::string>();
      if (!label.empty()) print(fmt::format("[{}]\n", label));
      const std::string text = part_text(store, id, p);
      print(text);
      if (!text.empty() && text.back() != '\n') print("\n");
    }
    return;
  }
  const auto row = [](const char* name, const std::string& value) {
    print(fmt::format("{:<8} {}\n", name, value));
  };
  row("title", fit(info.at("title").get<std::string>(), 200));
  row("id", fmt::format("{} ({})", id, info.at("hash").get<std::string>()));
  row("source", fit(info.at("source").get<std::string>(), 400));
  row("text", fmt::format("{} in {} part{}", human_bytes(info.at("bytes").get<uint64_t>()), parts,
                          parts == 1 ? "" : "s"));
  const auto tokens = info.at("tokens").get<uint64_t>();
  row("tokens", tokens == 0 ? "not read yet" : grouped(tokens));
  row("added", date(info.at("added_ms").get<int64_t>()));
}

void remove_documents(const DocArguments& args, const Console& console) {
  const Store store = args.store.open_existing(console);
  std::vector<int64_t> ids;
  for (const std::string& name : args.names) ids.push_back(find_document(store, name));
  for (const int64_t id : ids) {
    done([&](leyden_error** error) { return leyden_document_remove(store.get(), id, error); });
    if (!console.json) print(fmt::format("removed document {}\n", id));
  }
  if (console.json) print_json({{"removed", ids}});
}

}  // namespace

void add_doc(CLI::App& app, Console& console) {
  constexpr const char* kName = "Its id, title, file name, or the first 8 digits of its hash";
  CLI::App* group = add_group(app, "doc", "Add, list or remove kept documents");
  CLI::App* c = nullptr;
  auto args = add_store_command(group, console, "add", "Keep documents, to be read by any session",
                                "  leyden doc add report.md\n  leyden doc add a.txt b.txt --json",
                                keep_documents, &c);
  c->add_option("file", args->names, "UTF-8 text or Markdown")->required()->type_name("FILE");
  c->add_option("--title", args->title, "Default: the file's name")->type_name("TITLE");

  add_store_command(group, console, "list", "List the documents, the last added first",
                    "  leyden doc list", list_documents, &c);

  args = add_store_command(group, console, "show", "Show what is known of a document, or its text",
                           "  leyden doc show report.md\n  leyden doc show report.md --text",
                           show_document, &c);
  c->add_option("document", args->names, kName)->required()->expected(1)->type_name("DOCUMENT");
  c->add_flag("--text", args->text, "Its text");

  args = add_store_command(group, console, "rm", "Remove documents that no session uses",
                           "  leyden doc rm report.md", remove_documents, &c);
  c->add_option("document", args->names, kName)->required()->type_name("DOCUMENT");
}

}  // namespace leyden_cli
