// SPDX-License-Identifier: Apache-2.0
// Plugins on threads of this process: who may, and that everything ends.
#include <gtest/gtest.h>

#include <thread>

#include "plugins/plugin_process.h"
#include "plugins/plugin_tools.h"
#include "tests/plugins/plugin_fixture.h"

namespace leyden::plugins {
namespace {

Manifest manifest_of(const char* plugin) {
  auto manifest = read_manifest(build_paths().plugins / plugin);
  EXPECT_TRUE(manifest.ok()) << manifest.status().to_string();
  return *manifest;
}

StartOptions here() {
  StartOptions options;
  options.is_first_party = options.in_process = true;
  return options;
}

Status start(const char* plugin, const StartOptions& options) {
  RecordingServices services;
  return PluginProcess::start(manifest_of(plugin), options, services).status();
}

TEST(InProcess, OnlyWhatCameWithLeydenAndReadsNoDocuments) {
  StartOptions foreign = here();
  foreign.is_first_party = false;
  Status status = start("calculator", foreign);
  EXPECT_EQ(status.code(), StatusCode::kUnsupported);
  EXPECT_NE(status.message().find("org.leyden.calculator: in_process: it did not come with Leyden"),
            std::string::npos)
      << status.to_string();
  status = start("documents", here());
  EXPECT_EQ(status.code(), StatusCode::kUnsupported);
  EXPECT_NE(status.message().find("it reads documents"), std::string::npos) << status.to_string();
}

TEST(InProcess, CallsFromManyThreadsAndAnOrderlyEnd) {
  RecordingServices services;
  for (int round = 0; round < 3; ++round) {
    auto process = PluginProcess::start(manifest_of("calculator"), here(), services);
    ASSERT_TRUE(process.ok()) << process.status().to_string();
    EXPECT_TRUE((*process)->unsandboxed());
    std::vector<std::thread> threads;
    for (int t = 0; t < 6; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < 20; ++i) {
          const std::string sum = std::to_string(t) + " + " + std::to_string(i);
          auto reply = (*process)->call({.header = {{"op", "call"}, {"tool", "calculate"}},
                                         .payload = R"({"expression": ")" + sum + "\"}"});
          ASSERT_TRUE(reply.ok()) << reply.status().to_string();
          EXPECT_TRUE(reply->payload.starts_with(std::to_string(t + i))) << reply->payload;
        }
      });
    for (std::thread& thread : threads) thread.join();
    (void)(*process)->quit();
    EXPECT_FALSE((*process)->alive());
    EXPECT_FALSE((*process)->crashed());
    EXPECT_FALSE((*process)
                     ->call({.header = {{"op", "call"}, {"tool", "calculate"}}, .payload = "{}"})
                     .ok());
  }
}

TEST(InProcess, AManifestThatLiesIsFoundOut) {
  Manifest manifest = manifest_of("calculator");
  manifest.tools = {"another"};
  RecordingServices services;
  auto process = PluginProcess::start(manifest, here(), services);
  ASSERT_FALSE(process.ok());
  EXPECT_EQ(process.status().code(), StatusCode::kCorrupt) << process.status().to_string();
}

}  // namespace
}  // namespace leyden::plugins
