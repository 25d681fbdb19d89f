// SPDX-License-Identifier: Apache-2.0
// Plugins that misbehave: this process stays up, nothing gets out, and every attempt is told. These
// tests never skip: where no sandbox can be had, they fail.
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>

#include "plugins/plugin_supervisor.h"
#include "plugins/plugin_tools.h"
#include "tests/plugins/plugin_fixture.h"

namespace leyden::plugins {
namespace {

namespace fs = std::filesystem;

class Hostile : public ::testing::Test {
 protected:
  void SetUp() override {
    auto manifest = read_manifest(fs::path(LEYDEN_BUILD_DIR) / "tests" / "hostile" / "hostile");
    ASSERT_TRUE(manifest.ok()) << manifest.status().to_string();
    manifest_ = *manifest;
    options_.host_program = build_paths().host_program;
    options_.grace_seconds = 0.5;
  }
  Status start(const Manifest& manifest) {
    auto process = PluginProcess::start(manifest, options_, services_);
    return process.ok() ? Status() : process.status();
  }
  void start() {
    auto process = PluginProcess::start(manifest_, options_, services_);
    ASSERT_TRUE(process.ok()) << process.status().to_string();
    process_ = std::move(*process);
    ASSERT_FALSE(process_->unsandboxed());
  }
  Result<ToolResult> call(const std::string& tool, const std::string& arguments = "{}") {
    if (!process_) start();
    return call_tool(*process_, manifest_, tool, arguments, ToolContext{.time_limit_s = 2});
  }
  /// The text of a call that must succeed.
  std::string text_of(const std::string& tool, const std::string& arguments = "{}") {
    auto result = call(tool, arguments);
    EXPECT_TRUE(result.ok()) << result.status().to_string();
    if (!result.ok()) return {};
    EXPECT_FALSE(result->is_error) << result->text;
    return result->text;
  }
  /// The error of a call that must fail inside.
  std::string error_of(const std::string& tool) {
    auto result = call(tool);
    EXPECT_TRUE(result.ok()) << result.status().to_string();
    if (!result.ok()) return {};
    EXPECT_TRUE(result->is_error) << result->text;
    return result->text;
  }

  Manifest manifest_;
  StartOptions options_;
  RecordingServices services_;
  std::unique_ptr<PluginProcess> process_;
};

TEST_F(Hostile, GoodCallsWork) { EXPECT_EQ(text_of("good", "{\"a\":1}"), "{\"a\":1}"); }

TEST_F(Hostile, CrashIsAnError) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the sanitizer takes the signal and ends the process itself";
#endif
  EXPECT_NE(error_of("crash").find("crashed (SIGSEGV)"), std::string::npos);
  EXPECT_TRUE(process_->crashed());
}

TEST_F(Hostile, AbortIsAnError) {
  const std::string error = error_of("abort");
  EXPECT_NE(error.find("crashed (SIG"), std::string::npos) << error;
}

TEST_F(Hostile, ExitIsAnError) {
  EXPECT_NE(error_of("exit").find("ended with code 0"), std::string::npos);
}

TEST_F(Hostile, HangIsKilled) {
  const auto begin = std::chrono::steady_clock::now();
  const std::string error = error_of("hang");
  EXPECT_NE(error.find("did not stop when told to"), std::string::npos) << error;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  EXPECT_FALSE(process_->alive());
}

TEST_F(Hostile, HangIsCancelled) {
  start();
  CancelToken cancel;
  cancel.cancel();
  ToolContext context{.cancel = &cancel, .time_limit_s = 60};
  EXPECT_EQ(call_tool(*process_, manifest_, "hang", "{}", context).status().code(),
            StatusCode::kCancelled);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_F(Hostile, LeakEndsAtItsLimit) {
  const std::string error = error_of("leak");
  EXPECT_NE(error.find("crashed"), std::string::npos) << error;
}
#endif

TEST_F(Hostile, ForkBombMakesNothing) {
  EXPECT_EQ(text_of("fork_bomb"), "made 0");
  EXPECT_TRUE(services_.was_refused("clone") || services_.was_refused("fork"));
}

TEST_F(Hostile, GigabyteIsRefused) {
  const std::string error = error_of("gigabyte");
  EXPECT_NE(error.find("larger than 16 MiB"), std::string::npos) << error;
  EXPECT_EQ(text_of("good"), "{}");  // and the plugin goes on
}

TEST_F(Hostile, InvalidUtf8IsRefused) {
  const std::string error = error_of("utf8");
  EXPECT_NE(error.find("not UTF-8 at byte 16"), std::string::npos) << error;
}

TEST_F(Hostile, NoSocketOpens) {
  const std::string text = text_of("socket");
  EXPECT_EQ(text.find("OPENED"), std::string::npos) << text;
  for (const char* what : {"socket(AF_INET)", "socket(AF_INET6)", "socket(AF_UNIX)", "connect"}) {
    EXPECT_TRUE(services_.was_refused(what)) << what;
  }
}

TEST_F(Hostile, NoFileOpens) {
  Scratch scratch;
  const fs::path secret = scratch.file("secret.txt", "mine");
  ::chmod(secret.c_str(), 0666);
  const std::string text = text_of("files", "{\"path\":\"" + secret.string() + "\"}");
  EXPECT_EQ(text.find("OPENED"), std::string::npos) << text;
  EXPECT_NE(text.find(secret.string() + ": No such file"), std::string::npos) << text;
  EXPECT_TRUE(services_.was_refused("open /etc/passwd"));
  EXPECT_TRUE(services_.was_refused("open /home"));
}

TEST_F(Hostile, NothingIsWritten) {
  const std::string text = text_of("write_plugin");
  EXPECT_EQ(text.find("OPENED"), std::string::npos) << text;
}

TEST_F(Hostile, NoProgramStarts) {
  EXPECT_EQ(text_of("exec"), "not started");
  EXPECT_TRUE(services_.was_refused("execve"));
}

TEST_F(Hostile, FloodEndsWithItsCall) {
  const std::string error = error_of("flood");
  EXPECT_NE(error.find("took longer than 2 s"), std::string::npos) << error;
}

TEST_F(Hostile, SecondFinishDoesNothing) { EXPECT_EQ(text_of("finish_twice"), "once"); }

TEST_F(Hostile, KillReachesNobody) {
  EXPECT_EQ(text_of("kill"), "still here");
  EXPECT_TRUE(services_.was_refused("kill"));
}

TEST_F(Hostile, ForgedMessagesEndIt) {
  const std::string error = error_of("raw_socket_message");
  EXPECT_NE(error.find("plugin message"), std::string::npos) << error;
}

TEST_F(Hostile, NoServiceWithoutPermission) { EXPECT_EQ(text_of("network_service"), "none"); }

TEST_F(Hostile, WrongAbiIsRefused) {
  Manifest manifest = manifest_;
  manifest.library = "wrong_abi.so";
  const Status status = start(manifest);
  EXPECT_EQ(status.code(), StatusCode::kUnsupported) << status.to_string();
  EXPECT_NE(status.message().find("ABI 99"), std::string::npos) << status.to_string();
}

TEST_F(Hostile, LyingManifestIsRefused) {
  Manifest manifest = manifest_;
  manifest.library = "extra_tool.so";
  EXPECT_NE(start(manifest).message().find("not those of the manifest"), std::string::npos);
  manifest = manifest_;
  manifest.version = "2.0.0";
  EXPECT_NE(start(manifest).message().find("the manifest says plugin_version"), std::string::npos);
  manifest = manifest_;
  manifest.reads = {"pdf"};
  EXPECT_NE(start(manifest).message().find("reads documents"), std::string::npos);
  manifest = manifest_;
  manifest.library = "missing.so";
  EXPECT_EQ(start(manifest).code(), StatusCode::kCorrupt);
}

TEST_F(Hostile, CodeAtLoadIsBehindTheWalls) {
  Manifest manifest = manifest_;
  manifest.library = "at_load.so";
  options_.start_seconds = 2;
  const Status status = start(manifest);
  EXPECT_EQ(status.code(), StatusCode::kIo) << status.to_string();
  EXPECT_TRUE(services_.was_refused("socket(AF_INET)"));
  EXPECT_TRUE(services_.was_refused("open /etc/passwd"));
}

TEST_F(Hostile, ThreeCrashesDisable) {
  PluginSupervisor supervisor(manifest_, options_, services_);
  for (int i = 0; i < 3; ++i) {
    auto process = supervisor.process();
    ASSERT_TRUE(process.ok()) << process.status().to_string();
    auto result = call_tool(**process, manifest_, "crash", "{}", ToolContext{});
    ASSERT_TRUE(result.ok() && result->is_error);
  }
  const auto disabled = supervisor.process();
  EXPECT_EQ(disabled.status().code(), StatusCode::kUnsupported);
  EXPECT_NE(disabled.status().message().find("disabled after 3 crashes"), std::string::npos);
  EXPECT_EQ(supervisor.state(), "disabled");
  supervisor.enable();
  EXPECT_TRUE(supervisor.process().ok());
}

TEST(CrashHistory, OldCrashesDoNotCount) {
  CrashHistory history;
  const CrashHistory::Time begin{};
  history.crashed(begin);
  history.crashed(begin + std::chrono::minutes(6));
  history.crashed(begin + std::chrono::minutes(11));
  EXPECT_FALSE(history.disabled());
  history.crashed(begin + std::chrono::minutes(12));
  EXPECT_TRUE(history.disabled());
}

}  // namespace
}  // namespace leyden::plugins
