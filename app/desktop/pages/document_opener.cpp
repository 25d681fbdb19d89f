// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/pages/document_opener.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPointer>
#include <QStringList>
#include <QThread>
#include <functional>
#include <future>
#include <utility>

#include "app/desktop/engine/engine_client.h"
#include "app/desktop/engine/file_shelf.h"
#include "app/desktop/pages/document_parts.h"
#include "app/desktop/pages/stored_page_source.h"
#include "app/desktop/pages/text_page_source.h"

namespace leyden::desktop {

/// What the file of a document says now.
struct FileLook {
  std::shared_ptr<FileShelf> shelf;
  Outcome<FileFacts> facts = Failure{};
  QString first, last;  ///< texts of these pages, where there are as many as are wanted
};

namespace {

/// A reader of its own: pictures come on the loader's thread, and a slow file holds up no other.
FileLook lookAt(const QString& path, int pages) {
  FileLook look;
  look.shelf = std::make_shared<FileShelf>();
  look.facts = look.shelf->facts(path);
  if (!look.facts || pages < 1 || look.facts->pages != pages) return look;
  const auto first = look.shelf->pageText(path, 0), last = look.shelf->pageText(path, pages - 1);
  if (first) look.first = first->text;
  if (last) look.last = last->text;
  return look;
}

/// Runs beside everything else; nobody waits for it at the end.
void onThread(std::function<void()> body) {
  auto* thread = QThread::create(std::move(body));
  QObject::connect(thread, &QThread::finished, thread, &QObject::deleteLater);
  thread->start();
}

}  // namespace

struct DocumentOpener::Work {
  qint64 document = 0;
  QPointer<QObject> context;
  Opened opened;
  QString title;
  QString path;
  int wanted = 0;  ///< parts
  QStringList parts;
  QByteArray pageMap;
  std::future<FileLook> look;  ///< begun before it is known to be needed; may be none

  std::shared_ptr<PageSource> makeSource();
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
  // Of the formats there are, this one has a layout: its file is looked at while the jar answers.
  if (work->path.endsWith(QLatin1String(".pdf"), Qt::CaseInsensitive)) {
    auto look = std::make_shared<std::promise<FileLook>>();
    work->look = look->get_future();
    onThread([look, path = work->path, pages = work->wanted] {
      look->set_value(lookAt(path, pages));
    });
  }
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
  onThread([work, self = QPointer(this)] {
    const std::shared_ptr<PageSource> source = work->makeSource();
    if (!self) return;
    QMetaObject::invokeMethod(
        self,
        [work, source] {
          if (work->context) work->opened(source);
        },
        Qt::QueuedConnection);
  });
}

std::shared_ptr<PageSource> DocumentOpener::Work::makeSource() {
  PageMapText layout(std::exchange(pageMap, {}));
  if (!StoredPageSource::hasLayout(layout, int(parts.size())))
    return std::make_shared<TextPageSource>(title, joinParts(parts));
  const FileLook now = look.valid() ? look.get() : lookAt(path, int(parts.size()));
  FileFacts facts;
  facts.title = title;
  PagePictures pictures;
  if (!now.facts) {
    facts.notices.append(
        tr("Pages are drawn from the text that was kept, because the file cannot be read: %1")
            .arg(now.facts.failure.message));
  } else if (now.facts->pages == parts.size() && now.first == parts.first() &&
             now.last == parts.last()) {
    facts.outline = now.facts->outline;
    pictures = [shelf = now.shelf, path = path](int page, double scale) {
      return shelf->pageImage(path, page, scale);
    };
  } else {
    // A file that has changed is never shown for what was read.
    facts.notices.append(
        tr("The file has changed since it was read. You see the text as it was read then."));
  }
  return std::make_shared<StoredPageSource>(facts, parts, std::move(layout), pictures);
}

}  // namespace leyden::desktop
