// SPDX-License-Identifier: Apache-2.0
// The web plugin in its sandbox, against a SearXNG stand-in and a page site on loopback, which the
// test names; and what it makes of pages.
#include <gtest/gtest.h>

#include <string>

#include "plugins/plugin_tools.h"
#include "plugins/standard_services.h"
#include "plugins/web/fetched_page.h"
#include "plugins/web/readable_html.h"
#include "plugins/web/searxng.h"
#include "tests/plugins/loopback_server.h"
#include "tests/plugins/plugin_fixture.h"

namespace leyden::plugins {
namespace {

using Server = LoopbackServer;

// As SearXNG 2023 writes it, shortened.
constexpr const char* kSearxng = R"json({"query": "harbour", "number_of_results": 0, "results": [
  {"url": "http://site.example/harbour", "title": "The  old\nharbour", "content": "Opening hours of the harbour.",
   "engine": "duckduckgo", "parsed_url": ["http", "site.example", "/harbour", "", "", ""], "template": "default.html",
   "engines": ["duckduckgo"], "positions": [1], "score": 1.0, "category": "general"},
  {"url": "javascript:alert(1)", "title": "No page", "content": "", "engine": "x"},
  {"title": "No address"}, 7],
  "answers": [], "corrections": [], "infoboxes": [], "suggestions": [], "unresponsive_engines": [["google", "timeout"]]})json";

std::string article(const std::string& body) {
  return "<!doctype html><html><head><title>Harbour "
         "hours</title><script>track()</script></head><body class='has-sidebar'>"
         "<header><a href='/'>Home</a> The Daily Harbour</header><nav><ul><li><a "
         "href='/a'>News</a></li><li>Sport</li></ul></nav>"
         "<div id='cookie-banner'>We use cookies. Accept all of them to go on reading this page, "
         "or choose some.</div>"
         "<div class='layout'><div class='content'><h1>Harbour hours</h1>" +
         body +
         "</div><div class='sidebar'>Most read: ten things about boats you did not "
         "know.</div></div>"
         "<footer>Imprint. All rights reserved.</footer></body></html>";
}
const std::string kBody =
    "<p>The harbour closes at nine in the evening. Boats that come later moor at the outer pier, "
    "and "
    "their skippers sign the book.</p><p>In winter the harbour master is there from eight to four, "
    "and the fuel dock is closed on Sundays and holidays.</p>";

/// The plugin that ships, with the machines a test names.
class Web {
 public:
  Web(const std::vector<std::string>& network, const std::string& searxng, bool online = true)
      : services_(options(network, searxng)) {
    services_.set_online(online);
    const auto paths = build_paths();
    auto manifest = read_manifest(paths.plugins / "web");
    EXPECT_TRUE(manifest.ok()) << manifest.status().to_string();
    StartOptions start;
    start.host_program = paths.host_program;
    tools_ = std::make_unique<PluginTools>(std::vector<Manifest>{*manifest}, start, services_,
                                           options(network, searxng).choices);
  }
  ToolResult call(const std::string& tool, const Json& arguments) {
    auto result = tools_->call(tool, arguments.dump(), ToolContext{});
    EXPECT_TRUE(result.ok()) << result.status().to_string();
    return result.ok() ? *result : ToolResult{};
  }
  PluginTools& tools() { return *tools_; }

 private:
  static ServiceOptions options(const std::vector<std::string>& network,
                                const std::string& searxng) {
    ServiceOptions out;
    PluginChoices& web = out.choices["org.leyden.web"];
    web.network = network;
    if (!searxng.empty()) web.settings = Json{{"searxng", searxng}}.dump();
    return out;
  }
  StandardServices services_;
  std::unique_ptr<PluginTools> tools_;
};

TEST(Web, SearchesAndReads) {
  Server search({{"/search", Server::ok(kSearxng, "application/json")}});
  Server site({{"/harbour", Server::redirect("/hours")},
               {"/hours", Server::ok(article(kBody), "text/html; charset=utf-8")}});
  Web web({search.host(), site.host()}, search.url("/"));
  ASSERT_EQ(web.tools().list().size(), 2u)
      << (web.tools().problems().empty() ? "" : web.tools().problems()[0]);
  for (const ToolInfo& tool : web.tools().list()) EXPECT_TRUE(tool.hints.network) << tool.name;

  ToolResult found = web.call("web_search", {{"query", "harbour & hours 港口"}});
  EXPECT_FALSE(found.is_error) << found.text;
  EXPECT_EQ(found.text,
            "1. The old harbour\n   http://site.example/harbour\n   Opening hours of the harbour.");
  EXPECT_EQ(found.hosts, std::vector<std::string>{"127.0.0.1"});
  EXPECT_EQ(
      search.asked(),
      std::vector<std::string>{"/search?q=harbour%20%26%20hours%20%E6%B8%AF%E5%8F%A3&format=json"});

  const ToolResult page = web.call("web_page", {{"url", site.url("/harbour")}});
  EXPECT_FALSE(page.is_error) << page.text;
  EXPECT_TRUE(page.text.starts_with("Harbour hours\n" + site.url("/hours") + "\n\n")) << page.text;
  EXPECT_NE(page.text.find("The harbour closes at nine"), std::string::npos);
  for (const char* furniture : {"cookies", "Sport", "Most read", "Imprint", "track()"})
    EXPECT_EQ(page.text.find(furniture), std::string::npos) << furniture;
  EXPECT_EQ(page.hosts, (std::vector<std::string>{"127.0.0.1", "127.0.0.1"}));
  EXPECT_EQ(site.asked(), (std::vector<std::string>{"/harbour", "/hours"}));
}

TEST(Web, ReachesOnlyWhatTheUserNamed) {
  Server inside({{"/", Server::ok("secret")}});
  Server site(
      {{"/", Server::redirect(inside.url("/"))}, {"/big", Server::ok(std::string(9 << 20, 'a'))}});
  Web web({site.host()}, "");
  const ToolResult refused = web.call("web_page", {{"url", inside.url("/")}});
  EXPECT_TRUE(refused.is_error);
  EXPECT_NE(refused.text.find("private address"), std::string::npos) << refused.text;
  EXPECT_TRUE(refused.hosts.empty());
  const ToolResult led = web.call("web_page", {{"url", site.url("/")}});
  EXPECT_TRUE(led.is_error);
  EXPECT_NE(led.text.find("private address"), std::string::npos) << led.text;
  EXPECT_EQ(led.hosts, std::vector<std::string>{"127.0.0.1"}) << "a failed call is audited too";
  EXPECT_EQ(inside.connections(), 0);
  EXPECT_NE(web.call("web_page", {{"url", "http://example.org/"}}).text.find("not on the list"),
            std::string::npos);
  EXPECT_NE(web.call("web_page", {{"url", site.url("/big")}}).text.find("more than 8192 KiB"),
            std::string::npos);
  EXPECT_NE(web.call("web_search", {{"query", "x"}}).text.find("no search is set up"),
            std::string::npos);
}

TEST(Web, OfflineConnectsToNothing) {
  Server server({{"/search", Server::ok(kSearxng)}});
  Web web({server.host()}, server.url(""), false);
  const ToolResult result = web.call("web_search", {{"query", "harbour"}});
  EXPECT_TRUE(result.is_error);
  EXPECT_NE(result.text.find("switched off"), std::string::npos) << result.text;
  EXPECT_TRUE(result.hosts.empty());
  EXPECT_EQ(server.connections(), 0);
}

TEST(Web, SaysWhatTheServerDidWrong) {
  Server server({{"/search", Server::status("403 Forbidden")},
                 {"/b/search", Server::ok("<html>not JSON</html>")},
                 {"/picture", Server::ok("\x89PNG", "image/png")}});
  Web web({server.host()}, server.url("/"));
  EXPECT_NE(web.call("web_search", {{"query", "x"}}).text.find("search.formats"),
            std::string::npos);
  EXPECT_NE(web.call("web_page", {{"url", server.url("/none")}}).text.find("status 404"),
            std::string::npos);
  EXPECT_NE(web.call("web_page", {{"url", server.url("/picture")}}).text.find("no text"),
            std::string::npos);
  EXPECT_NE(web.call("web_page", {{"url", server.url("/b/search")}, {"part", 2}})
                .text.find("there is no part 2, the page has 1"),
            std::string::npos);
  EXPECT_NE(web.call("web_page", {{"part", 2}}).text.find("needs a \"url\""), std::string::npos);
  Web other({server.host()}, server.url("/b"));
  EXPECT_NE(other.call("web_search", {{"query", "x"}}).text.find("SearXNG's JSON"),
            std::string::npos);
}

TEST(Web, StaysOutUntilAMachineIsNamed) {
  Web none({}, "");
  EXPECT_TRUE(none.tools().list().empty());
  EXPECT_TRUE(none.tools().problems().empty());
  Web wrong({"example.org"}, "ftp://example.org");
  ASSERT_EQ(wrong.tools().problems().size(), 1u);
  EXPECT_NE(wrong.tools().problems()[0].find("\"searxng\""), std::string::npos);
}

TEST(WebPages, KeepTheirEncoding) {
  // 港口九点关闭 in GB18030
  const std::string gb = "\xb8\xdb\xbf\xda\xbe\xc5\xb5\xe3\xb9\xd8\xb1\xd5";
  const auto from_header = web::page_text("text/html; charset=GB2312", "<p>" + gb + "</p>");
  ASSERT_TRUE(from_header.ok());
  EXPECT_EQ(from_header->text, "港口九点关闭");
  const auto from_meta = web::page_text("text/html", "<meta charset='gbk'><p>" + gb + "</p>");
  ASSERT_TRUE(from_meta.ok());
  EXPECT_EQ(from_meta->text, "港口九点关闭");
  EXPECT_EQ(web::page_text("text/plain", "as it is\n")->text, "as it is\n");
}

TEST(WebPages, ReadableTextOfSeveralKinds) {
  using web::readable_html;
  EXPECT_EQ(readable_html(article(kBody)).title, "Harbour hours");
  const std::string text = readable_html(article(kBody)).flow.text;
  EXPECT_TRUE(text.starts_with("Harbour hours\n\nThe harbour closes")) << text;
  EXPECT_TRUE(text.ends_with("Sundays and holidays.")) << text;
  // The only article, with its own header kept; comments below it are not part of it.
  const std::string blog = readable_html(
                               "<body><div class=comments>First! I think that the harbour should "
                               "be open all night long.</div><article><header>"
                               "<h2>Closing time</h2></header>" +
                               kBody + "<aside>Advertisement for boats</aside></article></body>")
                               .flow.text;
  EXPECT_TRUE(blog.starts_with("Closing time")) << blog;
  EXPECT_EQ(blog.find("Advertisement"), std::string::npos);
  EXPECT_EQ(blog.find("First!"), std::string::npos);
  // A page of little text is shown whole; one that is all menus is not emptied.
  EXPECT_EQ(readable_html("<body><nav>Menu</nav><p>Closed.</p></body>").flow.text,
            "Menu\n\nClosed.");
  // Several articles: all of them.
  const std::string list = readable_html("<body><div>" + ("<article>" + kBody + "</article>") +
                                         "<article>" + kBody + "</article></div></body>")
                               .flow.text;
  EXPECT_NE(list.find("holidays."), list.rfind("holidays."));
  EXPECT_EQ(readable_html("").flow.text, "");
}

TEST(WebPages, DeepAndBrokenPagesAreRead) {
  std::string deep;
  for (int i = 0; i < 20000; ++i) deep += "<div>";
  EXPECT_EQ(web::readable_html(deep + "x").flow.text, "x");
  EXPECT_EQ(web::readable_html("<p>a<table><b>c</p></td>").flow.text.empty(), false);
}

TEST(WebPages, PartsCoverTheTextOnce) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "Zeile " + std::to_string(i) + " über Häfen 港口.\n";
  std::string all;
  auto part = web::part_of(text, 1);
  ASSERT_TRUE(part.ok());
  EXPECT_GT(part->of, 5);
  for (int64_t i = 1; i <= part->of; ++i) {
    const auto one = web::part_of(text, i);
    ASSERT_TRUE(one.ok());
    EXPECT_LE(one->text.size(), web::kPartBytes + 2);
    EXPECT_EQ(valid_utf8_bytes(one->text), one->text.size());
    all += one->text;
  }
  EXPECT_EQ(all, text);
  EXPECT_EQ(web::part_of(text, part->of + 1).status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(web::part_of("", 1).ok());
  EXPECT_TRUE(web::part_of(std::string(50000, 'x'), 5).ok());
}

TEST(WebPages, Base64) {
  EXPECT_EQ(*web::from_base64("aGFyYm91cg=="), "harbour");
  EXPECT_EQ(*web::from_base64(""), "");
  EXPECT_EQ(web::from_base64("a*b").status().code(), StatusCode::kCorrupt);
}

TEST(PluginChoices, NameTheFieldThatIsWrong) {
  const auto good =
      parse_choices(R"({"org.leyden.web": {"network": ["127.0.0.1:8888", "*.example.org", "*"],
      "settings": {"searxng": "http://127.0.0.1:8888"}, "secrets": {"key": "k"}}, "org.example.p": {}})");
  ASSERT_TRUE(good.ok()) << good.status().to_string();
  EXPECT_EQ(good->at("org.leyden.web").network.size(), 3u);
  EXPECT_EQ(good->at("org.leyden.web").secrets.at("key"), "k");
  EXPECT_EQ(host_of("127.0.0.1:8888"), "127.0.0.1");
  EXPECT_EQ(host_of("[::1]:80"), "[::1]");
  EXPECT_EQ(host_of("[::1]"), "[::1]");
  EXPECT_EQ(host_of("*.example.org"), "*.example.org");
  for (const auto& [json, field] : std::initializer_list<std::pair<const char*, const char*>>{
           {"[]", "JSON object"},
           {R"({"p": 1})", "p: expected an object"},
           {R"({"p": {"netwrok": []}})", "p.netwrok"},
           {R"({"p": {"network": ["http://x/"]}})", "http://x/"},
           {R"({"p": {"secrets": {"key": 12345}}})", "p.secrets.key: expected a text"}}) {
    const auto bad = parse_choices(json);
    ASSERT_FALSE(bad.ok()) << json;
    EXPECT_NE(bad.status().message().find(field), std::string::npos) << bad.status().message();
    EXPECT_EQ(bad.status().message().find("12345"), std::string::npos);
  }
}

}  // namespace
}  // namespace leyden::plugins
