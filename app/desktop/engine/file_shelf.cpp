// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/engine/file_shelf.h"

#include <QDateTime>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "app/desktop/engine/answer_json.h"
#include "app/desktop/engine/c_door.h"

namespace leyden::desktop {
namespace {

constexpr size_t kMostOpen = 4;
using FileHandle = OwnedHandle<leyden_file, leyden_file_destroy>;
using ImageHandle = OwnedHandle<leyden_image, leyden_image_destroy>;

Outcome<std::shared_ptr<leyden_file>> openFile(const QString& path,
                                               const leyden_file_options* options) {
  const QByteArray utf8 = path.toUtf8();
  return make<FileHandle>([&](leyden_file** out, leyden_error** e) {
    return leyden_file_open(out, utf8.constData(), size_t(utf8.size()), options, e);
  });
}

void forward(const leyden_progress* progress, void* tell) {
  (*static_cast<std::function<void(const Progress&)>*>(tell))(toProgress(*progress));
}

}  // namespace

Outcome<std::shared_ptr<leyden_file>> FileShelf::open(const QString& path) {
  const QFileInfo info(path);
  const qint64 modified = info.lastModified().toMSecsSinceEpoch();
  for (auto it = m_open.begin(); it != m_open.end(); ++it) {
    if (it->path != path) continue;
    if (it->size == info.size() && it->modifiedMs == modified) {
      m_open.splice(m_open.begin(), m_open, it);
      return it->file;
    }
    m_open.erase(it);
    break;
  }
  auto file = openFile(path, nullptr);
  if (!file) return file;
  m_open.push_front({path, info.size(), modified, *file});
  if (m_open.size() > kMostOpen) m_open.pop_back();
  return file;
}

Outcome<FileFacts> FileShelf::facts(const QString& path) {
  const auto file = open(path);
  if (!file) return file.failure;
  const auto json = makeBytes([&](leyden_string** out, leyden_error** e) {
    return leyden_file_info_json(out, file->get(), e);
  });
  if (!json) return json.failure;
  const QJsonObject o = QJsonDocument::fromJson(*json).object();
  FileFacts facts;
  facts.format = o["format"].toString();
  facts.title = o["title"].toString();
  facts.author = o["author"].toString();
  facts.pages = o["pages"].toInt();
  facts.layout = o["layout"].toBool();
  for (const auto& value : o["outline"].toArray()) {
    const QJsonObject entry = value.toObject();
    facts.outline.append(
        {entry["title"].toString(), entry["page"].toInt(), entry["level"].toInt()});
  }
  for (const auto& notice : o["notices"].toArray()) facts.notices << notice.toString();
  return facts;
}

Outcome<PageText> FileShelf::pageText(const QString& path, int page) {
  const auto file = open(path);
  if (!file) return file.failure;
  const auto json = makeBytes([&](leyden_string** out, leyden_error** e) {
    return leyden_file_page_json(out, file->get(), uint32_t(page), e);
  });
  if (!json) return json.failure;
  const QJsonObject o = QJsonDocument::fromJson(*json).object();
  PageText text;
  text.text = o["text"].toString();
  text.label = o["label"].toString();
  text.size = {o["width"].toDouble(), o["height"].toDouble()};
  const ByteToUtf16 units(text.text);
  for (const auto& value : o["spans"].toArray()) {
    const QJsonObject span = value.toObject();
    const QJsonArray r = span["rect"].toArray();
    const Span bytes{span["begin"].toInteger(), span["end"].toInteger()};
    text.words.append({units(bytes), bytes,
                       QRectF(QPointF(r[0].toDouble(), r[1].toDouble()),
                              QPointF(r[2].toDouble(), r[3].toDouble()))});
  }
  return text;
}

Outcome<QImage> FileShelf::pageImage(const QString& path, int page, double scale) {
  const auto file = open(path);
  if (!file) return file.failure;
  const auto made = make<ImageHandle>([&](leyden_image** out, leyden_error** e) {
    return leyden_file_page_image(out, file->get(), uint32_t(page), scale, e);
  });
  if (!made) return made.failure;
  const leyden_image* image = made->get();
  return QImage(leyden_image_data(image), int(leyden_image_width(image)),
                int(leyden_image_height(image)), qsizetype(leyden_image_stride(image)),
                QImage::Format_ARGB32_Premultiplied)
      .copy();
}

Outcome<QByteArray> FileShelf::documentJson(const QString& path,
                                            std::function<void(const Progress&)> tell,
                                            leyden_cancel* cancel) {
  leyden_file_options options = LEYDEN_FILE_OPTIONS_INIT;
  options.on_progress = &forward;
  options.user_data = &tell;
  options.cancel = cancel;
  const auto file = openFile(path, &options);
  if (!file) return file.failure;
  return makeBytes([&](leyden_string** out, leyden_error** e) {
    return leyden_file_document_json(out, file->get(), e);
  });
}

}  // namespace leyden::desktop
