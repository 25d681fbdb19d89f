// SPDX-License-Identifier: Apache-2.0
// Files opened in the sandboxed reader. Blocking; of the file thread alone. A few stay open.
#pragma once

#include <QImage>
#include <functional>
#include <list>
#include <memory>

#include "app/desktop/engine/document_values.h"

struct leyden_cancel;
struct leyden_file;

namespace leyden::desktop {

class FileShelf {
 public:
  Outcome<FileFacts> facts(const QString& path);
  Outcome<PageText> pageText(const QString& path, int page);
  /// @param scale  pixels a point
  Outcome<QImage> pageImage(const QString& path, int page, double scale);
  /// The whole file as JSON for Jar::addDocument(); opened anew, so that progress and cancel are
  /// its own.
  static Outcome<QByteArray> documentJson(const QString& path,
                                          std::function<void(const Progress&)> tell,
                                          leyden_cancel* cancel);

 private:
  Outcome<std::shared_ptr<leyden_file>> open(const QString& path);

  struct Opened {
    QString path;
    qint64 size, modifiedMs;  ///< a file that has changed is opened anew
    std::shared_ptr<leyden_file> file;
  };
  std::list<Opened> m_open;  ///< the last used first
};

}  // namespace leyden::desktop
