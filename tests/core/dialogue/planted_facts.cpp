// SPDX-License-Identifier: Apache-2.0
#include "planted_facts.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace leyden {
namespace {

constexpr std::array kFirst{"Agnes", "Basil",  "Dora",   "Edgar", "Fiona",  "Gustav",
                            "Hilda", "Ingmar", "Jasper", "Livia", "Magnus", "Noemi",
                            "Otto",  "Pilar",  "Roland", "Selma"};
constexpr std::array kLast{"Ashford", "Bergman", "Calloway", "Drummond", "Ellery",  "Fontaine",
                           "Granger", "Hollis",  "Kirkwood", "Lundgren", "Merrick", "Norwood"};
constexpr std::array kPlaces{"the salt mill",      "the upper reservoir", "the paper factory",
                             "the harbour office", "the grey trawler",    "the signal house",
                             "the old brewery",    "the planetarium",     "the rope bridge",
                             "the customs shed",   "the ice cellar",      "the tram depot"};
constexpr std::array kAttributes{
    "access code",    "serial number", "room number",     "phone extension",
    "order number",   "batch number",  "monthly fee",     "inspection date",
    "locker number",  "call sign",     "invoice number",  "opening year",
    "contract value", "port number",   "warranty period", "badge number"};
constexpr std::array kStatements{"The {a} of {e} is {v}.", "Note that the {a} for {e} is {v}.",
                                 "According to the records, {e} has the {a} {v}.",
                                 "For {e}, the {a} is {v}.", "{E} was given the {a} {v}."};
constexpr std::array kCorrections{"Correction: the {a} of {e} is now {v}.",
                                  "Update: the {a} of {e} has been changed to {v}."};
constexpr std::array kQuestions{"What is the {a} of {e}?", "What is the {a} for {e}?",
                                "Which {a} does {e} have?", "Tell me the {a} of {e}."};

using Random = std::mt19937_64;

size_t below(Random& random, size_t n) { return static_cast<size_t>(random() % n); }
template <typename List>
std::string any_of(Random& random, const List& list) {
  return list[below(random, list.size())];
}

std::string fill(std::string form, const std::string& entity, const std::string& attribute,
                 const std::string& value) {
  std::string capital = entity;
  capital[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(capital[0])));
  for (const auto& [key, text] : {std::pair<std::string, std::string>{"{a}", attribute},
                                  {"{e}", entity},
                                  {"{E}", capital},
                                  {"{v}", value}}) {
    for (size_t at; (at = form.find(key)) != std::string::npos;) form.replace(at, key.size(), text);
  }
  return form;
}

std::string entity(Random& random) {
  if (below(random, 2) == 0) return any_of(random, kPlaces);
  return any_of(random, kFirst) + " " + any_of(random, kLast);
}

std::string value(Random& random) {
  if (below(random, 3) > 0) return std::to_string(1000 + below(random, 9'000'000));
  std::string letters;
  for (int i = 0; i < 3; ++i) letters += static_cast<char>('A' + below(random, 26));
  return letters + "-" + std::to_string(100 + below(random, 90'000));
}

void add_paragraphs(const std::string& text, std::vector<std::string>* out) {
  std::string paragraph, line;
  std::istringstream in(text);
  const auto close = [&] {
    if (paragraph.size() > 80) out->push_back(paragraph);
    paragraph.clear();
  };
  while (std::getline(in, line)) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) {
      close();
    } else {
      paragraph += paragraph.empty() ? line : "\n" + line;
    }
  }
  close();
}

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

std::vector<std::string> filler_paragraphs() {
  namespace fs = std::filesystem;
  std::vector<std::string> paragraphs;
  if (const char* given = std::getenv("LEYDEN_FILLER_TEXT")) {
    std::set<fs::path> files;
    if (fs::is_directory(given)) {
      for (const auto& e : fs::recursive_directory_iterator(given))
        if (e.is_regular_file()) files.insert(e.path());
    } else {
      files.insert(given);
    }
    for (const fs::path& file : files) add_paragraphs(read(file), &paragraphs);
    return paragraphs;
  }
  // One paragraph a line: \x01 opens a chapter's head line, \x02 a heading, \x1f parts sentences.
  std::istringstream in(read(fs::path(LEYDEN_SOURCE_DIR) / "models/recipe/smoke_corpus.txt"));
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '\x01' || line[0] == '\x02' || line.size() < 80) continue;
    std::replace(line.begin(), line.end(), '\x1f', ' ');
    paragraphs.push_back(line);
  }
  return paragraphs;
}

FactDocument plant_facts(const std::vector<std::string>& filler, size_t bytes, size_t n_facts,
                         uint64_t seed) {
  Random random(seed);
  std::vector<std::string> paragraphs;
  size_t size = 0;
  for (size_t at = below(random, filler.size()); size < bytes; ++at) {
    paragraphs.push_back(filler[at % filler.size()]);
    size += paragraphs.back().size();
  }

  // Paragraph numbers of planted sentences; several may share a place.
  std::vector<std::pair<size_t, std::string>> planted;
  const auto plant = [&](const std::string& sentence, double from, double to) {
    const double n = static_cast<double>(paragraphs.size());
    const auto first = static_cast<size_t>(from * n), last = static_cast<size_t>(to * n);
    planted.emplace_back(first + below(random, std::max<size_t>(1, last - first)), sentence);
  };
  FactDocument document;
  std::set<std::pair<std::string, std::string>> taken;
  while (document.facts.size() < n_facts) {
    const std::string e = entity(random), a = any_of(random, kAttributes), v = value(random);
    if (!taken.insert({e, a}).second) continue;
    PlantedFact fact;
    fact.value = v;
    fact.question = fill(any_of(random, kQuestions), e, a, v);
    fact.corrected = below(random, 4) == 0;
    fact.sentence =
        fill(fact.corrected ? any_of(random, kCorrections) : any_of(random, kStatements), e, a, v);
    if (fact.corrected) {
      plant(fill(any_of(random, kStatements), e, a, value(random)), 0, 0.5);
      plant(fact.sentence, 0.55, 1);
    } else {
      plant(fact.sentence, 0, 1);
    }
    if (below(random, 2) == 0) {
      for (const auto& [de, da] :
           {std::pair{e, any_of(random, kAttributes)}, std::pair{entity(random), a}}) {
        if (taken.insert({de, da}).second)
          plant(fill(any_of(random, kStatements), de, da, value(random)), 0, 1);
      }
    }
    document.facts.push_back(std::move(fact));
  }
  std::stable_sort(planted.begin(), planted.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  size_t next = 0;
  for (size_t p = 0; p <= paragraphs.size(); ++p) {
    for (; next < planted.size() && (planted[next].first == p || p == paragraphs.size()); ++next)
      document.text += planted[next].second + "\n\n";
    if (p < paragraphs.size()) document.text += paragraphs[p] + "\n\n";
  }
  for (PlantedFact& fact : document.facts) fact.begin = document.text.find(fact.sentence);
  return document;
}

}  // namespace leyden
