// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/pages/document_opener.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPointer>
#include <QStringList>
#include <QThread>

#include "app/desktop/engine/engine_client.h"
#include "app/desktop/engine/file_shelf.h"
#include "app/desktop/pages/document_parts.h"
#include "app/desktop/pages/stored_page_source.h"
#include "app/desktop/pages/text_page_source.h"

namespace leyden::desktop {

struct DocumentOpener::Work {
  qint64 document = 0;
  QPointer<QObject> context;
  Opened opened;
  QString title;
  QString path;
  int wanted = 0;  ///< parts
  QStringList parts;
  QByteArray pageMap;

  std::shared_ptr<PageSource> makeSource() const;
  void fail(const Failure& failure) const {
    if (context) opened(failure);
  }
};

DocumentOpener::DocumentOpener(EngineClient* client, QObject* parent)
    : QObject(parent), m_client(client) {}

void DocumentOpener::open(qint64 document, QObject* context, Opened opened) {
  auto work = std::make_shared<Work>();
  work->document = document;
  work->context = context;
  work->opened = std::move(opened);
  if (const DocumentRow* row = m_client->document(document)) {
    work->title = row->title;
    work->path = row->source;
    work->wanted = row->parts;
    return fetch(work);
  }
  // Not in the list yet: the jar is asked.
  m_client->documentInfo(document, this, [this, work](const Outcome<QByteArray>& reply) {
    if (!reply) return work->fail(reply.failure);
    const QJsonObject info = QJsonDocument::fromJson(*reply).object();
    work->title = info["title"].toString();
    work->path = info["source"].toString();
    work->wanted =
        info["parts"].isArray() ? int(info["parts"].toArray().size()) : info["parts"].toInt();
    fetch(work);
  });
}

void DocumentOpener::fetch(std::shared_ptr<Work> work) {
  m_client->partTexts(work->document, work->wanted, this,
                      [this, work](const Outcome<QStringList>& texts) {
                        if (!texts) return work->fail(texts.failure);
                        work->parts = *texts;
                      });
  // Answers of the jar come in the order of the calls.
  m_client->pageMap(work->document, this, [this, work](const Outcome<QByteArray>& map) {
    if (map) work->pageMap = *map;
    if (work->parts.size() >= work->wanted && work->context) layOut(work);
  });
}

/// On another thread: pages from what was kept, with pictures from the file where it still is what
/// was read; a document without layout becomes pages of plain text.
void DocumentOpener::layOut(std::shared_ptr<Work> work) {
  auto* thread = QThread::create([work, self = QPointer(this)] {
    const std::shared_ptr<PageSource> source = work->makeSource();
    if (!self) return;
    QMetaObject::invokeMethod(
        self,
        [work, source] {
          if (work->context) work->opened(source);
        },
        Qt::QueuedConnection);
  });
  connect(thread, &QThread::finished, thread, &QObject::deleteLater);
  thread->start();
}

std::shared_ptr<PageSource> DocumentOpener::Work::makeSource() const {
  if (!StoredPageSource::hasLayout(pageMap, int(parts.size())))
    return std::make_shared<TextPageSource>(title, joinParts(parts).text);
  FileFacts facts;
  facts.title = title;
  PagePictures pictures;
  // A reader of its own: pictures come on the loader's thread, and a slow file holds up no other.
  auto shelf = std::make_shared<FileShelf>();
  const auto file = shelf->facts(path);
  if (!file) {
    facts.notices.append(
        tr("Pages are drawn from the text that was kept, because the file cannot be read: %1")
            .arg(file.failure.message));
  } else {
    // The first and the last page are compared: a file that has changed is never shown for what was
    // read.
    bool same = file->pages == parts.size();
    for (const int page : {0, int(parts.size()) - 1}) {
      if (!same) break;
      const auto text = shelf->pageText(path, page);
      same = text && text->text == parts[page];
    }
    if (same) {
      facts.outline = file->outline;
      pictures = [shelf, path = path](int page, double scale) {
        return shelf->pageImage(path, page, scale);
      };
    } else {
      facts.notices.append(
          tr("The file has changed since it was read. You see the text as it was read then."));
    }
  }
  return std::make_shared<StoredPageSource>(facts, parts, pageMap, pictures);
}

}  // namespace leyden::desktop
