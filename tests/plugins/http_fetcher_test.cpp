// SPDX-License-Identifier: Apache-2.0
// Fetching from a server of the test's own on loopback, which has to be named to be reached.
#include "plugins/http_fetcher.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "tests/plugins/loopback_server.h"

namespace leyden::plugins {
namespace {

using Server = LoopbackServer;

std::string ok(const std::string& body) { return Server::ok(body); }
std::string redirect(const std::string& to) { return Server::redirect(to); }

StatusCode code_of(const Result<HttpResponse>& result) {
  return result.ok() ? StatusCode::kOk : result.status().code();
}

TEST(HttpFetcher, FetchesFromANamedPrivateMachine) {
  Server server({{"/a", ok("hello")}, {"/b", redirect("/a")}});
  HttpPolicy policy;
  policy.hosts = {"127.0.0.1"};
  policy.private_hosts = {server.host()};
  std::vector<std::string> contacted;
  const auto result = http_fetch({.url = server.url("/b")}, policy, nullptr, &contacted);
  ASSERT_TRUE(result.ok()) << result.status().to_string();
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->body, "hello");
  EXPECT_EQ(result->url, server.url("/a"));
  EXPECT_EQ(contacted, (std::vector<std::string>{"127.0.0.1", "127.0.0.1"}));
}

TEST(HttpFetcher, RefusesBeforeConnecting) {
  Server server({{"/a", ok("hello")}});
  HttpPolicy policy;
  EXPECT_EQ(code_of(http_fetch({.url = server.url("/a")}, policy, nullptr)),
            StatusCode::kUnsupported);
  policy.private_hosts = {server.host()};  // a private machine, but not on the list
  EXPECT_EQ(code_of(http_fetch({.url = server.url("/a")}, policy, nullptr)),
            StatusCode::kUnsupported);
  policy.private_hosts.clear();
  policy.hosts = {"*"};  // any machine, but still no private one
  EXPECT_EQ(code_of(http_fetch({.url = server.url("/a")}, policy, nullptr)),
            StatusCode::kUnsupported);
  EXPECT_EQ(code_of(http_fetch({.url = "http://localhost:" + server.host().substr(10) + "/a"},
                               policy, nullptr)),
            StatusCode::kUnsupported);
  EXPECT_EQ(code_of(http_fetch({.url = "file:///etc/passwd"}, policy, nullptr)),
            StatusCode::kUnsupported);
  policy.private_hosts = {server.host()};
  policy.offline = true;
  EXPECT_EQ(code_of(http_fetch({.url = server.url("/a")}, policy, nullptr)),
            StatusCode::kUnsupported);
  EXPECT_EQ(server.connections(), 0);
}

TEST(HttpFetcher, RedirectsAreCheckedToo) {
  Server hidden({{"/", ok("secret")}});
  Server open({{"/", redirect("http://" + hidden.host() + "/")}, {"/loop", redirect("/loop")}});
  HttpPolicy policy;
  policy.hosts = {"127.0.0.1"};
  policy.private_hosts = {open.host()};
  EXPECT_EQ(code_of(http_fetch({.url = open.url("/")}, policy, nullptr)), StatusCode::kUnsupported);
  EXPECT_EQ(hidden.connections(), 0);
  EXPECT_EQ(code_of(http_fetch({.url = open.url("/loop")}, policy, nullptr)), StatusCode::kIo);
  EXPECT_EQ(open.connections(), 7);
}

TEST(HttpFetcher, KeepsItsLimits) {
  Server server({{"/", ok(std::string(100'000, 'x'))}});
  HttpPolicy policy;
  policy.hosts = {"127.0.0.1"};
  policy.private_hosts = {server.host()};
  policy.max_bytes = 50'000;
  EXPECT_EQ(code_of(http_fetch({.url = server.url("/")}, policy, nullptr)),
            StatusCode::kOutOfMemory);
  CancelToken cancel;
  cancel.cancel();
  EXPECT_EQ(code_of(http_fetch({.url = server.url("/")}, policy, &cancel)), StatusCode::kCancelled);
  EXPECT_EQ(code_of(http_fetch({.url = server.url("/"), .headers = {{"A", "b\r\nC: d"}}}, policy,
                               nullptr)),
            StatusCode::kInvalidArgument);
}

TEST(HttpFetcher, KnowsPrivateAddresses) {
  for (const char* address :
       {"127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "fe80::1", "fc00::1",
        "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "nonsense", ""}) {
    EXPECT_TRUE(private_address(address)) << address;
  }
  for (const char* address : {"93.184.216.34", "172.32.0.1", "8.8.8.8", "2606:2800:220:1::1"}) {
    EXPECT_FALSE(private_address(address)) << address;
  }
}

TEST(HttpFetcher, MatchesHosts) {
  const std::vector<std::string> hosts{"api.example.org", "*.example.com"};
  EXPECT_TRUE(host_allowed("api.example.org", hosts));
  EXPECT_TRUE(host_allowed("a.b.example.com", hosts));
  EXPECT_FALSE(host_allowed("example.com", hosts));
  EXPECT_FALSE(host_allowed("evilexample.com", hosts));
  EXPECT_FALSE(host_allowed("api.example.org.evil.net", hosts));
}

}  // namespace
}  // namespace leyden::plugins
