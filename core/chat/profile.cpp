// SPDX-License-Identifier: Apache-2.0
#include "core/chat/profile.h"

namespace leyden {

const char* chat_format_name(ChatFormat format) {
  return format == ChatFormat::kV32 ? "v3.2" : "v3.2-exp";
}

std::optional<ChatFormat> chat_format_from_name(std::string_view name) {
  if (name == "v3.2-exp" || name == "v3.1") return ChatFormat::kV32Exp;
  if (name == "v3.2") return ChatFormat::kV32;
  return std::nullopt;
}

Profile Profile::generic() {
  Profile profile;
  profile.document.begin = "[file name]: {title}\n[file content begin]\n";
  profile.document.end = "\n[file content end]\n";
  return profile;
}

std::string Profile::reference(int n) const {
  const std::string& pattern = document.reference;
  const size_t at = pattern.find("{n}");
  if (at == std::string::npos) return {};
  return pattern.substr(0, at) + std::to_string(n) + pattern.substr(at + 3);
}

std::pair<int, size_t> Profile::match_reference(std::string_view text) const {
  const std::pair<int, size_t> none{-1, 0};
  const std::string_view pattern = document.reference;
  const size_t at = pattern.find("{n}");
  if (at == std::string_view::npos || !text.starts_with(pattern.substr(0, at))) return none;
  size_t p = at;
  int n = 0;
  while (p < text.size() && text[p] >= '0' && text[p] <= '9') {
    n = n * 10 + (text[p++] - '0');
    if (n >= document.reference_count) return none;
  }
  const bool leading_zero = p > at + 1 && text[at] == '0';
  if (p == at || leading_zero || !text.substr(p).starts_with(pattern.substr(at + 3))) return none;
  return {n, p + pattern.size() - at - 3};
}

Result<std::string> Profile::task(
    const std::string& name, const std::vector<std::pair<std::string, std::string>>& values) const {
  const auto found = tasks.find(name);
  if (found == tasks.end()) {
    std::string known;
    for (const auto& [task_name, text] : tasks) known += (known.empty() ? "" : ", ") + task_name;
    return not_found("task '" + name + "': this model knows " + (known.empty() ? "none" : known));
  }
  std::vector<std::string_view> names, texts;
  for (const auto& [placeholder, text] : values) {
    if (found->second.find("{" + placeholder + "}") == std::string::npos) {
      return invalid_argument("task '" + name + "': no {" + placeholder + "} in '" +
                              found->second.substr(0, 60) + "'");
    }
    names.push_back(placeholder);
    texts.push_back(text);
  }
  std::string out;
  for (const TemplatePart& part : fill_template(found->second, names, texts)) out += part.text;
  return out;
}

std::optional<std::string_view> Profile::cited_question(std::string_view text) const {
  constexpr std::string_view kPlace = "{question}";
  const auto cite = tasks.find("cite");
  if (cite == tasks.end()) return {};
  const std::string_view wording = cite->second;
  const size_t at = wording.find(kPlace);
  if (at == wording.npos || at == 0) return {};  // any text would be one
  const std::string_view front = wording.substr(0, at), back = wording.substr(at + kPlace.size());
  if (text.size() < front.size() + back.size() || !text.starts_with(front) || !text.ends_with(back))
    return {};
  return text.substr(front.size(), text.size() - front.size() - back.size());
}

}  // namespace leyden
