// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/engine/tool_passages.h"

#include <QHash>

#include "app/desktop/engine/jar.h"

namespace leyden::desktop {
namespace {

/// The parts of a document as far as they were needed, in UTF-8.
class Parts {
 public:
  Parts(const Jar& jar, qint64 document) : m_jar(jar), m_document(document) {}

  /// nullptr: there is no such part.
  const QByteArray* part(int index) {
    while (m_parts.size() <= index) {
      const auto text = m_jar.partText(m_document, int(m_parts.size()));
      if (!text) return nullptr;
      m_parts.append(text->toUtf8());
    }
    return &m_parts[index];
  }
  qint64 offsetOf(int index) {
    qint64 offset = 0;
    for (int i = 0; i < index; ++i) offset += part(i)->size() + 2;
    return offset;
  }

 private:
  const Jar& m_jar;
  qint64 m_document;
  QVector<QByteArray> m_parts;
};

}  // namespace

void placeToolPassages(const Jar& jar, const QVector<qint64>& searched, Message& answer) {
  if (!answer.run) return;
  QHash<qint64, std::shared_ptr<Parts>> documents;
  const auto place = [&](EvidencePassage& passage) {
    if (passage.page < 0) return;
    if (!searched.isEmpty()) passage.document = searched.value(passage.document - 1, 0);
    std::shared_ptr<Parts>& parts = documents[passage.document];
    if (!parts) parts = std::make_shared<Parts>(jar, passage.document);
    const QByteArray* page = parts->part(passage.page);
    const QByteArray words = passage.quote.toUtf8();
    const qsizetype at = page == nullptr || words.isEmpty() ? -1 : page->indexOf(words);
    if (at < 0) {
      passage.bytes = {};
      return;
    }
    const qint64 begin = parts->offsetOf(passage.page) + at;
    passage.bytes = {begin, begin + words.size()};
  };
  for (EvidencePassage& source : answer.run->sources) {
    place(source);
    source.share = 1.0 / double(answer.run->sources.size());  // each was read; nobody weighs them
  }
  for (Quote& quote : answer.quotes) place(quote.source);
}

}  // namespace leyden::desktop
