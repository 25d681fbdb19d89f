// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/pages/page_map_text.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>
#include <cstring>
#include <functional>

namespace leyden::desktop {
namespace {

constexpr double kMostPoints = 20'000;
constexpr int kMostDepth = 64;

/// Walks over JSON without keeping it. Values are skipped, not checked: what is read of them is
/// parsed by Qt, and what is no JSON ends the walk.
class Walk {
 public:
  explicit Walk(const QByteArray& json) : m_at(json.constData()), m_begin(m_at), m_end(m_at + json.size()) {}

  /// Calls `member` with each name, which must take the value: skip() or one of the others.
  bool object(const std::function<bool(const QByteArray& name)>& member) {
    if (!eat('{')) return false;
    if (eat('}')) return true;
    do {
      blank();
      const char* begin = m_at;
      if (!string()) return false;
      const QByteArray name(begin + 1, m_at - begin - 2);
      if (!eat(':') || !member(name)) return false;
    } while (eat(','));
    return eat('}');
  }
  /// Calls `element` at each, which must take it.
  bool array(const std::function<bool()>& element) {
    if (!eat('[')) return false;
    if (eat(']')) return true;
    do {
      if (!element()) return false;
    } while (eat(','));
    return eat(']');
  }
  bool number(double* value) {
    Span at;
    if (!skip(&at)) return false;
    bool good = false;
    *value = QByteArray::fromRawData(m_begin + at.begin, at.end - at.begin).toDouble(&good);
    if (!good) *value = 0;
    return true;
  }
  /// Any value, and where it stands.
  bool skip(Span* at = nullptr) {
    blank();
    const char* begin = m_at;
    if (!value()) return false;
    if (at != nullptr) *at = {begin - m_begin, m_at - m_begin};
    return true;
  }

 private:
  void blank() {
    while (m_at < m_end && (*m_at == ' ' || *m_at == '\n' || *m_at == '\t' || *m_at == '\r')) ++m_at;
  }
  bool eat(char c) {
    blank();
    if (m_at >= m_end || *m_at != c) return false;
    ++m_at;
    return true;
  }
  bool string() {
    if (m_at >= m_end || *m_at != '"') return false;
    for (++m_at; m_at < m_end; ++m_at) {
      if (*m_at == '\\')
        ++m_at;
      else if (*m_at == '"')
        return ++m_at, true;
    }
    return false;
  }
  bool value() {
    int depth = 0;
    do {
      blank();
      if (m_at >= m_end) return false;
      const char c = *m_at;
      if (c == '"') {
        if (!string()) return false;
      } else if (c == '[' || c == '{') {
        if (++depth > kMostDepth) return false;
        ++m_at;
      } else if (c == ']' || c == '}') {
        if (--depth < 0) return false;
        ++m_at;
      } else if (depth == 0 && (c == ',' || c == ':')) {
        return false;
      } else if (depth > 0) {
        ++m_at;
      } else {
        while (m_at < m_end && std::strchr(",]} \n\t\r", *m_at) == nullptr) ++m_at;
      }
    } while (depth > 0);
    return true;
  }

  const char* m_at;
  const char* const m_begin;
  const char* const m_end;
};

QSizeF sane(double width, double height) {
  const bool good = width >= 1 && height >= 1 && width <= kMostPoints && height <= kMostPoints;
  return good ? QSizeF(width, height) : QSizeF();
}

}  // namespace

PageMapText::PageMapText(QByteArray json) : m_json(std::move(json)) {
  Walk walk(m_json);
  const auto page = [&] {
    double width = 0, height = 0;
    Page read;
    const bool good = walk.object([&](const QByteArray& name) {
      if (name == "width") return walk.number(&width);
      if (name == "height") return walk.number(&height);
      return walk.skip(name == "words" ? &read.words : nullptr);
    });
    read.size = sane(width, height);
    m_pages.append(read);
    return good;
  };
  const bool good = walk.object([&](const QByteArray& name) {
    if (name == "pages") return walk.array(page);
    return walk.skip(name == "outline" ? &m_outline : nullptr);
  });
  if (!good) m_pages.clear();
}

QVector<double> PageMapText::words(int page) const {
  const Span at = m_pages[page].words;
  const QJsonArray numbers =
      QJsonDocument::fromJson(m_json.mid(at.begin, at.end - at.begin)).array();
  QVector<double> words;
  words.reserve(numbers.size());
  for (const auto& number : numbers) words.append(number.toDouble());
  return words;
}

QVector<OutlineEntry> PageMapText::outline() const {
  QVector<OutlineEntry> out;
  const QJsonArray entries =
      QJsonDocument::fromJson(m_json.mid(m_outline.begin, m_outline.end - m_outline.begin)).array();
  for (const auto& value : entries) {
    const QJsonObject entry = value.toObject();
    const int page = entry["page"].toInt(-1);
    if (page >= 0 && page < pageCount())
      out.append({entry["title"].toString(), page, std::clamp(entry["level"].toInt(), 0, 20)});
  }
  return out;
}

}  // namespace leyden::desktop
