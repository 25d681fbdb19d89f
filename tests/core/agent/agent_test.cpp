// SPDX-License-Identifier: Apache-2.0
// The agent loop with the model that ships.
#include "core/agent/agent.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/agent/library_tools.h"
#include "core/agent/memory_library.h"

namespace leyden {
namespace {

namespace fs = std::filesystem;

/// A registry whose tools a test writes itself.
class TestTools : public ToolRegistry {
 public:
  using Fn = std::function<ToolResult(std::string_view arguments, const ToolContext&)>;
  void add(ToolInfo info, Fn fn) {
    infos_.push_back(std::move(info));
    functions_.push_back(std::move(fn));
  }
  std::vector<ToolInfo> list() const override { return infos_; }
  Result<ToolResult> call(std::string_view name, std::string_view arguments,
                          const ToolContext& context) override {
    ++calls;
    for (size_t i = 0; i < infos_.size(); ++i)
      if (infos_[i].name == name) return functions_[i](arguments, context);
    return not_found("no tool " + std::string(name));
  }
  std::atomic<int> calls{0};

 private:
  std::vector<ToolInfo> infos_;
  std::vector<Fn> functions_;
};

ToolInfo calculator() {
  ToolInfo t;
  t.name = "calculate";
  t.description = "Evaluate an arithmetic expression.";
  t.parameters =
      R"({"type": "object", "properties": {"expression": {"type": "string"}}, "required": ["expression"]})";
  t.origin = "host";
  return t;
}

class AgentTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    OpenOptions options;
    options.threads = 2;
    const fs::path dir = fs::path(LEYDEN_SOURCE_DIR) / "models/default";
    if (!fs::exists(dir / "model.safetensors")) return;
    auto opened = LoadedModel::open(dir, options, nullptr, nullptr);
    ASSERT_TRUE(opened.ok()) << opened.status().to_string();
    model_ = *opened;
  }
  static void TearDownTestSuite() { model_.reset(); }
  void SetUp() override {
    if (!model_) GTEST_SKIP() << "no trained model";
    dialogue_ = std::move(*Dialogue::create(model_));
    options_.ask.max_tokens = 200;
    options_.ask.constrain_references = true;
  }

  void use(ToolRegistry& tools) {
    ASSERT_TRUE(dialogue_->set_tools(tool_specs(tools.list())).ok());
  }

  std::unique_ptr<LibraryTools> library_tools() {
    auto library = std::make_shared<MemoryLibrary>();
    library->add(
        "Harbour rules",
        {{"p. 1",
          "Boats must be moored at night. Nobody swims in the basin while the ferry is moving."},
         {"p. 2",
          "The harbour office keeps a list of all keys. The access code of the old lighthouse is "
          "4471903. It is changed every spring by the harbour master."}});
    library->add("Kitchen rules",
                 {{"p. 1", "Wash the pans after use. The oven is cleaned on Friday evening."}});
    library->add("Bicycle workshop",
                 {{"p. 1", "Chains are oiled in the workshop. Bring your own lamp."}});
    return std::make_unique<LibraryTools>(library, model_->chat_template().profile);
  }

  AgentRun run(ToolRegistry& tools, const char* question, const ApproveFn& approve = nullptr) {
    auto result = run_agent(
        *dialogue_, tools, approvals_, question, options_, approve,
        [&](const AgentEvent& e) { events_.push_back(e.kind); }, nullptr);
    EXPECT_TRUE(result.ok()) << result.status().to_string();
    return result.ok() ? std::move(*result) : AgentRun();
  }

  static std::shared_ptr<LoadedModel> model_;
  std::unique_ptr<Dialogue> dialogue_;
  Approvals approvals_;
  AgentOptions options_;
  std::vector<AgentEvent::Kind> events_;
};
std::shared_ptr<LoadedModel> AgentTest::model_;

TEST_F(AgentTest, SearchesReadsAndQuotes) {
  auto tools = library_tools();
  use(*tools);
  const AgentRun r = run(*tools, "What is the access code of the old lighthouse?");
  ASSERT_EQ(r.steps.size(), 2u);
  ASSERT_EQ(r.steps[0].calls.size(), 1u);
  EXPECT_EQ(r.steps[0].calls[0].name, "search");
  EXPECT_EQ(r.steps[0].calls[0].decision.how, "built in");
  EXPECT_EQ(r.stopped, "answered");
  EXPECT_NE(r.answer.text.find("4471903"), std::string::npos) << r.answer.text;
  ASSERT_FALSE(r.quotes.empty());
  EXPECT_EQ(r.quotes[0].passage.title, "Harbour rules");
  EXPECT_EQ(r.quotes[0].passage.page, 2u);
  EXPECT_GT(r.steps[1].reused_tokens, 0) << "the prefix was read again";
  EXPECT_EQ(std::count(events_.begin(), events_.end(), AgentEvent::Kind::kToolResult), 1);
  const auto json = nlohmann::json::parse(run_json(r));
  EXPECT_EQ(json["steps"][0]["calls"][0]["name"], "search");
  EXPECT_GT(json["steps"][0]["calls"][0]["result_bytes"], 0);
}

TEST_F(AgentTest, ADenialReachesTheModelAndNothingRuns) {
  TestTools tools;
  tools.add(calculator(), [](std::string_view, const ToolContext&) { return ToolResult{}; });
  use(tools);
  const AgentRun r = run(tools, "Calculate 12 * 7.", [](const ApprovalRequest&) {
    return ApprovalAnswer{ApprovalScope::kDeny, "no sums today"};
  });
  ASSERT_GE(r.steps.size(), 2u);
  ASSERT_EQ(r.steps[0].calls.size(), 1u);
  EXPECT_EQ(r.steps[0].calls[0].decision.how, "denied");
  EXPECT_NE(r.steps[0].calls[0].shown.find("no sums today"), std::string::npos);
  EXPECT_EQ(tools.calls, 0);
}

TEST_F(AgentTest, ApprovedToolsRunAndFailuresAreResults) {
  TestTools tools;
  std::string seen;
  tools.add(calculator(), [&](std::string_view arguments, const ToolContext&) {
    seen = arguments;
    return tool_error("the calculator is broken");
  });
  use(tools);
  const AgentRun r = run(tools, "Calculate 12 * 7.", [](const ApprovalRequest&) {
    return ApprovalAnswer{ApprovalScope::kOnce, {}};
  });
  ASSERT_GE(r.steps.size(), 2u);
  EXPECT_TRUE(nlohmann::json::parse(seen).contains("expression")) << seen;
  EXPECT_FALSE(r.steps[0].calls[0].ok);
  EXPECT_NE(r.steps[0].calls[0].shown.find("broken"), std::string::npos);
}

TEST_F(AgentTest, OfflineRefusesNetworkToolsWithoutAsking) {
  TestTools tools;
  ToolInfo far = calculator();
  far.hints.network = true;
  tools.add(far, [](std::string_view, const ToolContext&) { return ToolResult{}; });
  use(tools);
  options_.offline = true;
  bool asked = false;
  const AgentRun r = run(tools, "Calculate 12 * 7.", [&](const ApprovalRequest&) {
    asked = true;
    return ApprovalAnswer{ApprovalScope::kOnce, {}};
  });
  ASSERT_FALSE(r.steps[0].calls.empty());
  EXPECT_EQ(r.steps[0].calls[0].decision.reason, "offline");
  EXPECT_FALSE(asked);
  EXPECT_EQ(tools.calls, 0);
}

TEST_F(AgentTest, TheStepLimitEndsInAnAnswer) {
  auto tools = library_tools();
  use(*tools);
  options_.max_steps = 0;
  const AgentRun r = run(*tools, "What is the access code of the old lighthouse?");
  EXPECT_EQ(r.stopped, "max_steps");
  ASSERT_EQ(r.steps.size(), 1u);
  EXPECT_TRUE(r.answer.tool_calls.empty());
  EXPECT_TRUE(dialogue_->messages().back().tool_calls.empty());
}

TEST_F(AgentTest, CancelDuringAToolTakesTheQuestionBack) {
  TestTools tools;
  CancelToken cancel;
  tools.add(calculator(), [&](std::string_view, const ToolContext& context) {
    cancel.cancel();
    EXPECT_TRUE(context.cancel->cancelled());
    return tool_error("cancelled");
  });
  use(tools);
  const auto r = run_agent(
      *dialogue_, tools, approvals_, "Calculate 12 * 7.", options_,
      [](const ApprovalRequest&) {
        return ApprovalAnswer{ApprovalScope::kOnce, {}};
      },
      nullptr, &cancel);
  ASSERT_TRUE(r.ok());
  EXPECT_EQ(r->stopped, "cancelled");
  EXPECT_TRUE(dialogue_->messages().empty());
}

}  // namespace
}  // namespace leyden
