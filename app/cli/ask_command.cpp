// SPDX-License-Identifier: Apache-2.0
// leyden ask: one question over files that may be more than the context holds.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "app/cli/chat_arguments.h"
#include "app/cli/chat_run.h"
#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "app/cli/paged_file.h"

namespace leyden_cli {

namespace {

struct AskArguments {
  ChatArguments chat;  ///< model, store and how the answer is written
  std::vector<std::string> files;
  bool kept = false;  ///< the documents of the store instead of files
  std::string mode = "auto";
  int64_t context = 0;
  bool free_quotes = false;

  leyden_reading_mode reading_mode() const {
    return mode == "whole"   ? LEYDEN_READING_WHOLE
           : mode == "pages" ? LEYDEN_READING_PAGES
           : mode == "map"   ? LEYDEN_READING_MAP
                             : LEYDEN_READING_AUTO;
  }
};

/// What is read: files, by their number from 1 as the answer's JSON counts documents, or the store.
struct Documents {
  Store store;
  Toolbox toolbox;
  std::vector<PagedFile> files;

  /// Adds to an entry of the answer's JSON what only the files know.
  void place(Json& entry) const {
    if (!entry.contains("document")) return;
    const auto document = entry.at("document").get<size_t>();
    if (document < 1 || document > files.size()) return;
    const PagedFile& file = files[document - 1];
    entry["file"] = file.file.path;
    if (!entry.contains("page") || !file.file.page_begin.empty()) return;
    const size_t begin = file.page_begin[entry.at("page").get<size_t>() - 1];
    entry["line"] = place_of(file.file.text, begin + entry.at("begin").get<size_t>()).line;
  }
};

Documents open_documents(const AskArguments& args, const Console& console) {
  if (args.kept == !args.files.empty())
    throw bad_argument(args.kept ? "--kept and files: give one of them"
                                 : "no files were named (--kept asks the documents of the store)");
  Documents out;
  if (args.kept) {
    out.store = args.chat.store.open_existing(console, true);
    out.toolbox = open_library(out.store.get(), {});
    return out;
  }
  out.toolbox = open_library(nullptr, {});
  ProgressLine progress(console);
  leyden_progress line{sizeof line, 0, "files", "files", 0, args.files.size(), -1};
  for (const std::string& path : args.files) {
    out.files.push_back(read_pages(path));
    add_document(out.toolbox, out.files.back());
    ++line.done;
    progress.show(line);
    stop_if_interrupted();
  }
  return out;
}

/// Shows a reading while it goes on. As the stream of a chat: it may not throw.
struct Stream {
  explicit Stream(const Console& c) : console(c), progress(c) {}

  const Console& console;
  ProgressLine progress;
  bool stdout_failed = false;

  static void callback(const leyden_event* event, void* data) {
    static_cast<Stream*>(data)->on_event(*event);
  }

  void on_event(const leyden_event& event) noexcept {
    if (event.kind == LEYDEN_EVENT_PREFILL || event.kind == LEYDEN_EVENT_STEP)
      return progress.show(*event.progress);
    progress.clear();
    if (console.json) return;
    if (event.kind == LEYDEN_EVENT_READING) {
      std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(event.name_size), event.name,
                   static_cast<int>(event.text_size), event.text);
    } else if (event.kind == LEYDEN_EVENT_THINKING) {
      std::fwrite(event.text, 1, event.text_size, stderr);
    } else if (event.kind == LEYDEN_EVENT_TEXT && !stdout_failed) {
      stdout_failed = std::fwrite(event.text, 1, event.text_size, stdout) != event.text_size ||
                      std::fflush(stdout) != 0;
      if (stdout_failed) leyden_cancel_request(interrupt());
    }
  }
};

std::string where(const Json& entry) {
  std::string out = entry.at(entry.contains("file") ? "file" : "title").get<std::string>();
  out += fmt::format(", page {}", entry.at("page").get<uint32_t>());
  const auto last = entry.value("last_page", entry.at("page").get<uint32_t>());
  if (last != entry.at("page").get<uint32_t>()) out += fmt::format("-{}", last);
  if (entry.contains("line")) out += fmt::format(", line {}", entry.at("line").get<size_t>());
  return out;
}

std::string words_of(const Json& claim, const std::string& text) {
  const auto begin = claim.at("answer_begin").get<size_t>();
  return one_line(text.substr(begin, claim.at("answer_end").get<size_t>() - begin), 180);
}

/// Each claim of an answer with its place, or marked; "" when it claims nothing.
std::string claims_text(const Json& claims, const std::string& text) {
  std::string out;
  for (const Json& claim : claims) {
    const bool verified = claim.at("verified").get<bool>();
    const std::string kind = claim.at("kind").get<std::string>();
    const std::string words = words_of(claim, text);
    if (verified && kind == "quote") {
      out += fmt::format("  “{}”\n         {}\n",
                         one_line(claim.at("text").get<std::string>(), 180), where(claim));
    } else if (verified) {
      out += fmt::format("  {}: stands in the quote of {}\n", words, where(claim));
    } else if (kind == "quote") {
      out += fmt::format("  NOT FOUND word for word: “{}”\n", words);
    } else {
      out += fmt::format("  WITHOUT A SOURCE: {}\n", words);
    }
  }
  return out.empty() ? out : "\nWhere it stands:\n" + out;
}

std::string evidence_lines(const Json& evidence) {
  constexpr size_t kShown = 5;
  std::string out;
  for (size_t i = 0; i < std::min(evidence.size(), kShown); ++i)
    out +=
        fmt::format("{:>5.1f} %  {}\n         {}\n", 100 * evidence[i].at("share").get<double>(),
                    where(evidence[i]), one_line(evidence[i].at("text").get<std::string>(), 180));
  return out.empty() ? out : "\nPassages the answer was drawn from:\n" + out;
}

/// What the parts knew.
std::string parts_text(const Json& parts) {
  std::string out;
  size_t found = 0;
  for (const Json& part : parts) {
    if (!part.at("found").get<bool>()) continue;
    ++found;
    for (const Json& range : part.at("read")) {
      const auto first = range.at("first_page").get<uint32_t>();
      const auto last = range.at("last_page").get<uint32_t>();
      out += fmt::format("  {}, page{} {}{}\n",
                         range.at(range.contains("file") ? "file" : "title").get<std::string>(),
                         first == last ? "" : "s", first,
                         first == last ? "" : fmt::format("-{}", last));
    }
    out += "         " + one_line(part.at("text").get<std::string>(), 180) + "\n";
  }
  if (parts.empty()) return out;
  return fmt::format("\n{} of {} parts knew something{}\n", found, parts.size(),
                     found > 0 ? ":" : ".") +
         out;
}

void place_all(Json& reading, const Documents& documents) {
  for (const char* list : {"claims", "evidence", "read"})
    for (Json& entry : reading.at(list)) documents.place(entry);
  for (Json& part : reading.at("parts"))
    for (const char* list : {"claims", "read"})
      for (Json& entry : part.at(list)) documents.place(entry);
}

void run(AskArguments& args, const Console& console) {
  if (args.chat.question.empty()) throw bad_argument("--ask: the text is empty");
  args.chat.constrain = args.chat.exact_quotes = !args.free_quotes;
  AskOptions ask(args.chat);  // wrong flags fail before anything is read
  const Documents documents = open_documents(args, console);
  const Model model = args.chat.model.open(console);
  Stream stream(console);
  ask.c.on_event = Stream::callback;
  ask.c.user_data = &stream;
  leyden_reading_options options = LEYDEN_READING_OPTIONS_INIT;
  options.mode = args.reading_mode();
  options.context_tokens = args.context;
  options.ask = &ask.c;
  const std::string& question = args.chat.question;
  const Answer answer = made<Answer>([&](leyden_answer** out, leyden_error** error) {
    return leyden_toolbox_ask(out, documents.toolbox.get(), model.get(), question.data(),
                              question.size(), &options, error);
  });
  stream.progress.clear();
  if (stream.stdout_failed) throw io_failure("stdout: cannot write");
  Json json = Json::parse(made_text([&](leyden_string** out, leyden_error** error) {
    return leyden_answer_json(out, answer.get(), error);
  }));
  Json& reading = json.at("reading");
  place_all(reading, documents);
  const std::string text = json.at("text").get<std::string>();
  const bool cancelled = json.at("finish_reason") == "cancelled";
  if (console.json) {
    print_json(json);
  } else {
    print("\n");
    print(claims_text(reading.at("claims"), text));
    print(evidence_lines(reading.at("evidence")));
    print(parts_text(reading.at("parts")));
    flush_output();
    for (const Json& notice : json.at("notices")) note("note: " + notice.get<std::string>());
    if (console.shows_progress()) note(timing_text(json));
  }
  flush_output();
  if (cancelled) throw Failure{LEYDEN_E_CANCELLED, "interrupted; the answer is not complete"};
}

}  // namespace

void add_ask(CLI::App& app, Console& console) {
  CLI::App* command = add_command(
      app, console, "ask", "One question over files, which may be more than the context holds",
      "  leyden ask *.md *.txt --ask \"When does the harbour close?\"\n"
      "  leyden ask a.md b.txt --ask \"Compare the two.\" --json\n"
      "  leyden ask report.md --ask \"Who keeps the lighthouse?\" --mode map\n"
      "  leyden ask --kept --ask \"Which report names the keeper?\"\n"
      "PDF, DOCX, EPUB, HTML, Markdown and text. The answer is read from everything where it fits, "
      "else\n"
      "from the pages that share the question's words, or from each file, or part of one, in turn; "
      "stderr\n"
      "says which and why. Behind the answer stands where each of its quotes is; what is nowhere "
      "is marked.");
  auto args = std::make_shared<AskArguments>();
  command->add_option("files", args->files, "The files to read")->type_name("FILE");
  command
      ->add_option_function<std::string>(
          "-a,--ask", [args](const std::string& text) { args->chat.question = text; },
          "The question")
      ->type_name("TEXT")
      ->required();
  command->add_flag("--kept", args->kept, "The documents of the store instead of files");
  command
      ->add_option(
          "--mode", args->mode,
          "How to read: whole, pages (those with the question's words), map (part after part, "
          "then what was found), or auto")
      ->check(CLI::IsMember({"auto", "whole", "pages", "map"}))
      ->capture_default_str();
  command
      ->add_option(
          "--context", args->context,
          "Most tokens read at once, the answer included. 0: what the model and memory hold")
      ->check(CLI::Range(int64_t{0}, int64_t{1} << 40));
  command->add_flag(
      "--free-quotes", args->free_quotes,
      "Let a model that numbers passages write quotes as it likes, instead of holding "
      "them to the passages they name; those that are nowhere are marked");
  args->chat.model.add_to(command);
  args->chat.store.add_to(command);
  args->chat.add_writing(command);
  command->callback([args, &console] { run(*args, console); });
}

}  // namespace leyden_cli
