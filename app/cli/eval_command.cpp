// SPDX-License-Identifier: Apache-2.0
// leyden eval: how well a model reads, on a suite of held-out documents and questions. Answers are
// sampled tokens (the likeliest); what a quote is and where it stands is found afterwards. Answers
// that the runtime held to the documents are a mode of their own, never mixed with free ones.
#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/eval_score.h"
#include "app/cli/failure.h"
#include "app/cli/interrupt.h"
#include "app/cli/model_arguments.h"

namespace leyden_cli {

namespace {

constexpr int64_t kRecallStride = 509;  // prime: rows fall on all places of a page
constexpr int64_t kMaxTokens = 600;

struct EvalArguments {
  ModelArguments model;
  std::vector<std::string> suites;
  std::vector<std::string> attentions = {"dsa"};
  std::vector<std::string> modes = {"free"};
  int64_t limit = 0;
  double seconds = 0;
  std::string answers;
  bool recall = false;
};

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// The answers as JSON lines, each with its question and marks, written as they come.
class AnswerFile {
 public:
  /// @param path  ""; then nothing is written
  explicit AnswerFile(const std::string& path) : path_(path) {
    if (!path_.empty() && !(file_ = File(std::fopen(path_.c_str(), "we"))))
      throw errno_failure(path_, "--answers");
  }
  void add(const Json& line) {
    if (!file_) return;
    const std::string text = line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size() ||
        std::fflush(file_.get()) != 0)
      throw errno_failure(path_, "--answers");
  }

 private:
  struct Close {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };
  using File = std::unique_ptr<std::FILE, Close>;
  std::string path_;
  File file_;
};

/// Runs a suite on one model and keeps the score.
class Evaluation {
 public:
  Evaluation(const EvalArguments& args, const Console& console)
      : args_(args), progress_(console), answers_(args.answers) {}

  void run(const std::vector<EvalItem>& items, const std::string& attention, const Model& model) {
    attention_ = attention;
    for (const EvalItem& item : items) {
      if (out_of_time()) return;
      switch (item.kind) {
        case EvalItem::Kind::kText:
          text(item, model);
          break;
        case EvalItem::Kind::kQuestions:
          questions(item, model);
          break;
        case EvalItem::Kind::kTool:
          tool(item, model);
          break;
      }
    }
  }

  bool out_of_time() const { return args_.seconds > 0 && now_s() - begun_ > args_.seconds; }

  Json json() const {
    Json cells = Json::array();
    for (const auto& [key, cell] : cells_) {
      const auto& [task, language, length, attention, mode] = key;
      Json row = {{"task", task},           {"language", language}, {"length", length},
                  {"attention", attention}, {"mode", mode},         {"n", cell.n}};
      for (const auto& [name, hits] : {std::pair{"first", cell.first},
                                       {"exact", cell.exact},
                                       {"value", cell.value},
                                       {"refused", cell.refused}}) {
        const Interval i = wilson(hits, cell.n);
        row[name] = {{"hits", hits}, {"low", i.low}, {"high", i.high}};
      }
      cells.push_back(std::move(row));
    }
    return {{"cells", cells}, {"loss", loss_}, {"recall", recall_}, {"seconds", now_s() - begun_}};
  }

  void print_table() const {
    print(fmt::format("{:<11} {:<3} {:>7} {:<6} {:<5} {:>4}  {:<20} {:<20} {}\n", "task", "",
                      "length", "", "mode", "n", "first passage right", "quote and value",
                      "refused"));
    for (const auto& [key, cell] : cells_) {
      const auto& [task, language, length, attention, mode] = key;
      print(fmt::format("{:<11} {:<3} {:>7} {:<6} {:<5} {:>4}  {:<20} {:<20} {}\n", task, language,
                        length, attention, mode, cell.n, percent(cell.first, cell.n),
                        percent(cell.exact, cell.n), cell.refused));
    }
    for (const Json& row : loss_)
      print(fmt::format("held-out loss {} {} tokens {}: {:.3f} nats\n",
                        row.at("name").get<std::string>(), row.at("tokens").get<int64_t>(),
                        row.at("attention").get<std::string>(), row.at("nats").get<double>()));
    for (const Json& row : recall_) {
      print(fmt::format("index recall at {} tokens, captured/best by layer:",
                        row.at("tokens").get<int64_t>()));
      for (const Json& layer : row.at("layers"))
        print(fmt::format(" {:.3f}/{:.3f}", layer.at("captured").get<double>(),
                          layer.at("best").get<double>()));
      print("\n");
    }
  }

 private:
  using Key = std::tuple<std::string, std::string, int64_t, std::string, std::string>;

  static std::string percent(int64_t hits, int64_t n) {
    const Interval i = wilson(hits, n);
    return fmt::format("{:.1f} ({:.0f}-{:.0f})",
                       100.0 * static_cast<double>(hits) / static_cast<double>(n), 100 * i.low,
                       100 * i.high);
  }

  Chat new_chat(const Model& model) const {
    return made<Chat>([&](leyden_chat** out, leyden_error** error) {
      return leyden_chat_create(out, model.get(), error);
    });
  }

  Json ask(const Chat& chat, const std::string& question, bool held) {
    leyden_ask_options options = LEYDEN_ASK_OPTIONS_INIT;
    options.max_tokens = kMaxTokens;
    options.constrain_references = options.clamp_quotes = held ? 1 : 0;
    options.cancel = interrupt();
    options.on_event = [](const leyden_event* event, void* self) {
      if (event->kind == LEYDEN_EVENT_PREFILL)
        static_cast<Evaluation*>(self)->progress_.show(*event->progress);
    };
    options.user_data = this;
    done([&](leyden_error** error) {
      return leyden_chat_set_messages_json(chat.get(), "[]", 2, error);
    });
    const Answer answer = made<Answer>([&](leyden_answer** out, leyden_error** error) {
      return leyden_chat_ask(out, chat.get(), question.data(), question.size(), &options, error);
    });
    stop_if_interrupted();
    return Json::parse(made_text([&](leyden_string** out, leyden_error** error) {
      return leyden_answer_json(out, answer.get(), error);
    }));
  }

  void questions(const EvalItem& item, const Model& model) {
    const Chat chat = new_chat(model);
    done([&](leyden_error** error) {
      return leyden_chat_add_document(nullptr, chat.get(), item.title.data(), item.title.size(),
                                      item.text.data(), item.text.size(), error);
    });
    const Json passages = Json::parse(made_text([&](leyden_string** out, leyden_error** error) {
      return leyden_chat_passages_json(out, chat.get(), error);
    }));
    int64_t asked = 0;
    for (const EvalQuestion& q : item.questions) {
      if (out_of_time() || (args_.limit > 0 && asked++ >= args_.limit)) return;
      for (const std::string& mode : args_.modes) {
        const Json answer = ask(chat, q.question, mode == "held");
        const Marks marks = judge(item, q, answer, passages);
        cells_[{q.task, item.language, item.length, attention_, mode}].add(marks);
        Json gold = Json::array();
        for (const Range& r : q.gold) gold.push_back({r.begin, r.end});
        answers_.add({{"document", item.title},
                      {"length", item.length},
                      {"language", item.language},
                      {"task", q.task},
                      {"question", q.question},
                      {"gold", gold},
                      {"value", q.value ? Json(*q.value) : Json()},
                      {"attention", attention_},
                      {"mode", mode},
                      {"text", answer.at("text")},
                      {"quotes", answer.at("quotes")},
                      {"first", marks.first},
                      {"exact", marks.exact},
                      {"value_right", marks.value},
                      {"refused", marks.refused}});
      }
    }
  }

  /// The call alone: whether there is one, it is valid, and it is the right one.
  void tool(const EvalItem& item, const Model& model) {
    const Chat chat = new_chat(model);
    const std::string tools = item.tools.dump();
    done([&](leyden_error** error) {
      return leyden_chat_set_system(chat.get(), item.system.data(), item.system.size(), error);
    });
    done([&](leyden_error** error) {
      return leyden_chat_set_tools_json(chat.get(), tools.data(), tools.size(), error);
    });
    const Json answer = ask(chat, item.questions[0].question, false);
    const Json& calls = answer.at("tool_calls");
    Marks marks;
    if (calls.size() == 1 && answer.at("malformed_calls").empty()) {
      Json arguments = calls[0].at("function").at("arguments");
      if (arguments.is_string())
        arguments = Json::parse(arguments.get<std::string>(), nullptr, false);
      marks.first = valid_call(item.tools, calls[0]);
      marks.value = calls[0].at("function").at("name") == item.call.at("name");
      marks.exact = marks.value && arguments == item.call.at("arguments");
    }
    cells_[{"call", item.language, 0, attention_, "free"}].add(marks);
  }

  void text(const EvalItem& item, const Model& model) {
    const Tokenizer tokenizer = made<Tokenizer>([&](leyden_tokenizer** out, leyden_error** error) {
      return leyden_model_tokenizer(out, model.get(), error);
    });
    std::vector<int32_t> ids = encode(tokenizer, item.bos, LEYDEN_ADDED_MATCH);
    const std::vector<int32_t> body = encode(tokenizer, item.text, LEYDEN_ADDED_IGNORE);
    ids.insert(ids.end(), body.begin(), body.end());
    if (static_cast<int64_t>(ids.size()) > item.length)
      ids.resize(static_cast<size_t>(item.length));
    leyden_run_options options = LEYDEN_RUN_OPTIONS_INIT;
    options.on_progress = ProgressLine::callback;
    options.user_data = &progress_;
    options.cancel = interrupt();
    if (args_.recall && attention_ == "dsa") {
      Json recall = Json::parse(made_text([&](leyden_string** out, leyden_error** error) {
        return leyden_model_index_recall_json(out, model.get(), ids.data(), ids.size(),
                                              kRecallStride, &options, error);
      }));
      recall["tokens"] = ids.size();
      recall["name"] = item.name;
      recall_.push_back(std::move(recall));
    }
    struct Sum {
      const std::vector<int32_t>& ids;
      double nats = 0;
    } sum{ids};
    const auto rows = [](int64_t first, int64_t n, int64_t vocab, const float* logits, void* data) {
      Sum& s = *static_cast<Sum*>(data);
      for (int64_t r = 0; r < n; ++r) {
        const size_t next = static_cast<size_t>(first + r) + 1;
        if (next >= s.ids.size()) break;
        const float* row = logits + r * vocab;
        double top = row[0], total = 0;
        for (int64_t v = 0; v < vocab; ++v) top = std::max<double>(top, row[v]);
        for (int64_t v = 0; v < vocab; ++v) total += std::exp(row[v] - top);
        s.nats += top + std::log(total) - row[s.ids[next]];
      }
      return leyden_status{LEYDEN_OK};
    };
    done([&](leyden_error** error) {
      return leyden_model_logits(model.get(), ids.data(), ids.size(), rows, &sum, &options, error);
    });
    loss_.push_back({{"name", item.name},
                     {"tokens", ids.size()},
                     {"attention", attention_},
                     {"nats", sum.nats / static_cast<double>(ids.size() - 1)}});
  }

  const EvalArguments& args_;
  ProgressLine progress_;
  AnswerFile answers_;
  std::string attention_;
  std::map<Key, Cell> cells_;
  Json loss_ = Json::array(), recall_ = Json::array();
  double begun_ = now_s();
};

void run_eval(const EvalArguments& args, const Console& console) {
  std::vector<EvalItem> items;
  for (const std::string& path : args.suites) {
    std::vector<EvalItem> more = read_suite(path);
    std::move(more.begin(), more.end(), std::back_inserter(items));
  }
  Evaluation evaluation(args, console);
  for (const std::string& attention : args.attentions) {
    if (evaluation.out_of_time()) break;
    ModelArguments arguments = args.model;
    arguments.attention = attention;
    const Model model = arguments.open(console);
    evaluation.run(items, attention, model);
  }
  if (!console.json) return evaluation.print_table();
  Json out = evaluation.json();
  out["model"] = args.model.model.path();
  print_json(out);
}

}  // namespace

void add_eval(CLI::App& app, Console& console) {
  CLI::App* command = add_command(
      app, console, "eval", "Measure how well a model reads, on a suite of documents and questions",
      "  leyden eval --suite suite.jsonl\n"
      "  leyden eval --suite suite.jsonl --attention dsa,dense --mode free,held");
  auto args = std::make_shared<EvalArguments>();
  args->model.add_to(command, false);
  command
      ->add_option("--suite", args->suites,
                   "JSON lines, made by models/recipe/make_suite.py. May be given again")
      ->type_name("FILE")
      ->required();
  command->add_option("--attention", args->attentions, "dsa, dense or both, separated by commas")
      ->delimiter(',')
      ->check(CLI::IsMember({"dsa", "dense"}))
      ->capture_default_str();
  command
      ->add_option("--mode", args->modes,
                   "free: the model alone; held: first token and quotes held to the documents")
      ->delimiter(',')
      ->check(CLI::IsMember({"free", "held"}))
      ->capture_default_str();
  command->add_option("--limit", args->limit, "Most questions of one document. 0: all")
      ->check(CLI::Range(int64_t{0}, int64_t{1} << 40));
  command->add_option("--seconds", args->seconds, "Begin no further case after this long. 0: all")
      ->check(CLI::Range(0.0, 1e9));
  command
      ->add_option("--answers", args->answers,
                   "Write every answer about a document with its marks to this file, as JSON lines")
      ->type_name("FILE");
  command->add_flag("--recall", args->recall,
                    "On texts, also how much attention mass the index selection holds, by layer");
  command->callback([args, &console] { run_eval(*args, console); });
}

}  // namespace leyden_cli
