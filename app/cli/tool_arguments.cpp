// SPDX-License-Identifier: Apache-2.0
#include "app/cli/tool_arguments.h"

#include <unistd.h>

#include <cstdio>
#include <string_view>

#include "app/cli/paged_file.h"

namespace leyden_cli {

void ToolArguments::add_to(CLI::App* command) {
  const auto named = [&](const char* flag, std::vector<std::string>& into, const char* type,
                         const char* what) {
    command->add_option(flag, into, what)
        ->type_name(type)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  };
  command->add_flag("--tools", jar, "Search and open for the documents of the store");
  named("--library", library, "FILE", "A file to search instead of the store. May be given again");
  command->add_flag("--shipped", shipped,
                    "The tools that came with Leyden: a calculator, and the web where "
                    "--plugin-settings names machines");
  named("--plugins", plugins, "DIR",
        "A folder of plugins, each started in a sandbox. May be given again");
  command
      ->add_option(
          "--plugin-settings", plugin_settings,
          "A JSON file of what plugins may reach and how they are set: {\"org.leyden.web\": "
          "{\"settings\": {\"searxng\": URL}, \"network\": [...]}}")
      ->type_name("FILE");
  named("--mcp", mcp, "FILE",
        "A JSON file of an MCP server: {\"name\", \"command\": [...]} or {\"name\", \"url\"}");
  named("--without", without, "TOOL", "Leave out a tool of these, by its name. May be given again");
  command->add_flag("--offline", offline, "Refuse tools that reach the network");
}

OpenedTools ToolArguments::open(const StoreArguments& store, const Console& console) const {
  OpenedTools out;
  if (!any()) return out;
  if (jar && !library.empty()) throw bad_argument("--tools and --library: give one of them");
  if (jar) out.store = store.open_existing(console, true);
  out.toolbox = open_library(out.store.get(), library);
  done([&](leyden_error** error) {
    return leyden_toolbox_set_offline(out.toolbox.get(), offline ? 1 : 0, error);
  });
  if (!plugin_settings.empty()) {
    const std::string json = read_document(plugin_settings).text;
    done([&](leyden_error** error) {
      return leyden_toolbox_set_plugin_settings_json(out.toolbox.get(), json.data(), json.size(),
                                                     error);
    });
  }
  const auto add_plugins = [&](const char* folder, size_t size) {
    const Json problems = made_json([&](leyden_string** text, leyden_error** error) {
      return leyden_toolbox_add_plugins(text, out.toolbox.get(), folder, size, error);
    });
    for (const Json& problem : problems) note("note: " + problem.get<std::string>());
  };
  if (shipped) add_plugins(nullptr, 0);
  for (const std::string& folder : plugins) add_plugins(folder.data(), folder.size());
  for (const std::string& path : mcp) {
    const std::string json = read_document(path).text;
    done([&](leyden_error** error) {
      return leyden_toolbox_add_mcp_json(out.toolbox.get(), json.data(), json.size(),
                                         ask_on_terminal, nullptr, error);
    });
  }
  for (const std::string& name : without)
    done([&](leyden_error** error) {
      return leyden_toolbox_set_enabled(out.toolbox.get(), name.data(), name.size(), 0, error);
    });
  return out;
}

namespace {

constexpr std::string_view kGrants = "cli.tools_always";

/// What a person types, without its end.
std::string typed(std::FILE* terminal) {
  char line[500] = "";
  std::string said = std::fgets(line, sizeof line, terminal) ? line : "";
  while (!said.empty() && (said.back() == '\n' || said.back() == '\r' || said.back() == ' '))
    said.pop_back();
  return said;
}

}  // namespace

void KeptGrants::give_to(const Toolbox& toolbox) const {
  if (!store_ || !toolbox) return;
  leyden_string* text = nullptr;
  leyden_error* error = nullptr;
  const leyden_status status =
      leyden_store_setting(&text, store_, kGrants.data(), kGrants.size(), &error);
  if (status == LEYDEN_E_NOT_FOUND) return leyden_error_destroy(error);  // nothing was ever kept
  check(status, error);
  const String kept(text);
  const Json list = Json::parse(leyden_string_data(kept.get()), nullptr, false);
  for (const Json& grant : list.is_array() ? list : Json::array()) {
    const std::string origin = grant.value("origin", ""), name = grant.value("name", "");
    done([&](leyden_error** e) {
      return leyden_toolbox_allow_always(toolbox.get(), origin.data(), origin.size(), name.data(),
                                         name.size(), e);
    });
  }
}

void KeptGrants::take_from(const Toolbox& toolbox) const {
  if (!store_ || !toolbox) return;
  Json grants = Json::array();
  const Json tools = made_json([&](leyden_string** out, leyden_error** error) {
    return leyden_toolbox_list_json(out, toolbox.get(), error);
  });
  for (const Json& tool : tools)
    if (tool.at("always").get<bool>())
      grants.push_back({{"origin", tool.at("origin")}, {"name", tool.at("name")}});
  if (grants.empty()) return;
  const std::string text = grants.dump();
  done([&](leyden_error** error) {
    return leyden_store_set_setting(store_, kGrants.data(), kGrants.size(), text.data(),
                                    text.size(), error);
  });
}

int32_t ask_on_terminal(const leyden_approval* approval, leyden_approval_answer* answer,
                        void* always) {
  constexpr std::string_view kNobody = "nobody is at the terminal to approve it";
  std::FILE* terminal = std::fopen("/dev/tty", "r+");
  if (!terminal) {
    leyden_approval_deny_reason(answer, kNobody.data(), kNobody.size());
    return LEYDEN_APPROVE_DENY;
  }
  const auto* grants = static_cast<const KeptGrants*>(always);
  const bool once_only = approval->once_only != 0;
  const bool keeps = !once_only && grants && grants->can_keep();
  const auto tell = [&](const char* format, const char* text, size_t size) {
    if (size > 0) std::fprintf(terminal, format, static_cast<int>(size), text);
  };
  std::fprintf(terminal, "\n%s (%s) wants to run:\n", approval->name, approval->origin);
  tell("  %.*s\n", approval->arguments, approval->arguments_size);
  if ((approval->flags & LEYDEN_TOOL_NETWORK) != 0)
    std::fputs("  It can reach the network.\n", terminal);
  if ((approval->flags & LEYDEN_TOOL_DESTRUCTIVE) != 0)
    std::fputs("  It may change or remove something.\n", terminal);
  tell("  It names %.*s.\n", approval->hosts, approval->hosts_size);
  if (approval->library_text_size > 0)
    tell("  It passes on words of your documents: %.*s\n", approval->library_text,
         approval->library_text_size);
  else if (approval->shares_library != 0)
    std::fputs("  This chat has read documents of yours; it could send their words on.\n",
               terminal);
  std::fprintf(terminal, "Allow it? [y]es, %s%sor no and why: ", once_only ? "" : "[s]ession, ",
               keeps ? "[a]lways, " : "");
  std::fflush(terminal);
  const std::string said = typed(terminal);
  std::fclose(terminal);
  if (said == "y" || said == "yes") return LEYDEN_APPROVE_ONCE;
  if (!once_only && (said == "s" || said == "session")) return LEYDEN_APPROVE_SESSION;
  if (keeps && (said == "a" || said == "always")) return LEYDEN_APPROVE_ALWAYS;
  if (said.size() > 3) leyden_approval_deny_reason(answer, said.data(), said.size());
  return LEYDEN_APPROVE_DENY;
}

}  // namespace leyden_cli
