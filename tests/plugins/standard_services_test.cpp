// SPDX-License-Identifier: Apache-2.0
// The host services: what a manifest does not ask for is refused, what it asks for is kept in
// bounds.
#include "plugins/standard_services.h"

#include "tests/plugins/plugin_fixture.h"

namespace leyden::plugins {
namespace {

class TwoPages : public Library {
 public:
  Result<std::vector<LibraryDocument>> documents() override {
    return std::vector<LibraryDocument>{{1, "Book", 2}};
  }
  Result<LibraryDocument> find(std::string_view) override { return LibraryDocument{1, "Book", 2}; }
  Result<LibraryPart> part(int64_t, uint32_t part) override {
    return LibraryPart{1, part, "Book", "p. " + std::to_string(part + 1), "text"};
  }
  Result<std::vector<LibraryPart>> candidates(std::string_view query, size_t limit) override {
    asked = std::string(query) + "/" + std::to_string(limit);
    return std::vector<LibraryPart>{{1, 1, "Book", "p. 2", "The harbour closes."}};
  }
  std::string asked;
};

Manifest manifest_with(const char* permissions) {
  auto manifest = parse_manifest(
      std::string(R"({"leyden_plugin": 1, "id": "org.example.p", "name": "P", "version": "1",
                                                "library": "p.so", "permissions": )") +
          permissions + "}",
      "plugin.json");
  EXPECT_TRUE(manifest.ok()) << manifest.status().to_string();
  return *manifest;
}

WireMessage ask(PluginServices& services, const Manifest& manifest, Json request,
                const char* service, std::string payload = {}) {
  WireMessage question;
  question.header = {
      {"op", "ask"}, {"n", 7}, {"service", service}, {"request", std::move(request)}};
  question.payload = std::move(payload);
  WireMessage answer = answer_question(services, manifest, question, nullptr, nullptr);
  EXPECT_EQ(int_field(answer.header, "n"), 7);
  return answer;
}

int64_t status_of(const WireMessage& answer) { return int_field(answer.header, "status", -99); }
constexpr int64_t kUnsupportedStatus = static_cast<int64_t>(StatusCode::kUnsupported);
constexpr int64_t kNotFoundStatus = static_cast<int64_t>(StatusCode::kNotFound);

TEST(StandardServices, NothingWithoutPermission) {
  Scratch scratch;
  TwoPages library;
  StandardServices services({.library = &library, .storage_folder = scratch.folder()});
  const Manifest none = manifest_with("{}");
  for (const char* service :
       {"http", "files", "library", "storage", "secrets", "ask_user", "nonsense"}) {
    const WireMessage answer =
        ask(services, none, {{"url", "http://example.org"}, {"get", "k"}}, service);
    EXPECT_EQ(status_of(answer), kUnsupportedStatus) << service;
  }
  EXPECT_EQ(library.asked, "");
}

TEST(StandardServices, SearchesTheLibrary) {
  TwoPages library;
  StandardServices services({.library = &library});
  const WireMessage answer = ask(services, manifest_with(R"({"library": true})"),
                                 {{"query", "harbour"}, {"limit", 5000}}, "library");
  EXPECT_EQ(status_of(answer), 0);
  EXPECT_EQ(library.asked, "harbour/100");
  EXPECT_EQ(parse_json(answer.payload)[0]["text"], "The harbour closes.");
}

TEST(StandardServices, KeepsValues) {
  Scratch scratch;
  StandardServices services({.storage_folder = scratch.folder()});
  const Manifest plugin = manifest_with(R"({"storage": true})");
  EXPECT_EQ(status_of(ask(services, plugin, {{"get", "k"}}, "storage")), kNotFoundStatus);
  EXPECT_EQ(status_of(ask(services, plugin, {{"put", "k"}}, "storage", std::string("a\0b", 3))), 0);
  EXPECT_EQ(ask(services, plugin, {{"get", "k"}}, "storage").payload, std::string("a\0b", 3));
  Manifest other = plugin;
  other.id = "org.example.other";
  EXPECT_EQ(status_of(ask(services, other, {{"get", "k"}}, "storage")), kNotFoundStatus);
  EXPECT_EQ(status_of(ask(services, plugin, {{"remove", "k"}}, "storage")), 0);
  EXPECT_EQ(status_of(ask(services, plugin, {{"get", "k"}}, "storage")), kNotFoundStatus);
  EXPECT_NE(status_of(ask(services, plugin, {{"put", "../k"}}, "storage", "x")), 0);
  EXPECT_NE(
      status_of(ask(services, plugin, {{"put", "k"}}, "storage", std::string((1 << 20) + 1, 'x'))),
      0);
}

TEST(StandardServices, SecretsAreByNameAndPlugin) {
  ServiceOptions options;
  options.choices["org.example.p"].secrets = {{"key", "s3cret"}};
  options.choices["org.example.q"].secrets = {{"other", "x"}};
  StandardServices services(std::move(options));
  const Manifest plugin = manifest_with(R"({"secrets": ["key", "other"]})");
  EXPECT_EQ(ask(services, plugin, {{"name", "key"}}, "secrets").payload, "s3cret");
  EXPECT_EQ(status_of(ask(services, plugin, {{"name", "other"}}, "secrets")), kNotFoundStatus);
  EXPECT_EQ(status_of(ask(services, plugin, {{"name", "third"}}, "secrets")), kUnsupportedStatus);
}

TEST(StandardServices, OfflineUntilSwitchedOn) {
  std::vector<std::string> events;
  StandardServices services({.on_event = [&](const PluginEvent& e) { events.push_back(e.kind); }});
  const Manifest plugin = manifest_with(R"({"network": ["127.0.0.1"]})");
  WireMessage answer = ask(services, plugin, {{"url", "http://127.0.0.1:9/"}}, "http");
  EXPECT_EQ(status_of(answer), kUnsupportedStatus);
  EXPECT_NE(text_field(answer.header, "message").find("switched off"), std::string::npos);
  services.set_online(true);
  answer = ask(services, plugin, {{"url", "http://127.0.0.1:9/"}}, "http");
  EXPECT_NE(text_field(answer.header, "message").find("private address"), std::string::npos);
  EXPECT_TRUE(events.empty());
}

TEST(Manifest, MisspeltPermissionsAreErrors) {
  const auto parse = [](const std::string& rest) {
    return parse_manifest(
        R"({"leyden_plugin": 1, "id": "org.example.p", "name": "P", "version": "1", "library": "p.so")" +
            rest + "}",
        "plugin.json");
  };
  EXPECT_TRUE(parse("").ok());
  for (const char* bad :
       {R"(, "permissions": {"netwrok": []})", R"(, "tools": ["a b"])", R"(, "tools": ["a", "a"])",
        R"(, "permissions": {"library": 1})", R"(, "limits": {"memory_mib": 1})",
        R"(, "permissions": {"programs": ["../sh"]})",
        R"(, "permissions": {"network": ["http://x"]})"}) {
    EXPECT_EQ(parse(bad).status().code(), StatusCode::kCorrupt) << bad;
  }
  EXPECT_EQ(parse_manifest("[]", "x").status().code(), StatusCode::kCorrupt);
  EXPECT_EQ(parse_manifest(R"({"leyden_plugin": 2})", "x").status().code(),
            StatusCode::kUnsupported);
  EXPECT_FALSE(
      parse_manifest(
          R"({"leyden_plugin": 1, "id": "one", "name": "P", "version": "1", "library": "p.so"})",
          "x")
          .ok());
}

}  // namespace
}  // namespace leyden::plugins
