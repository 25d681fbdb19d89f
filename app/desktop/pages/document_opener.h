// SPDX-License-Identifier: Apache-2.0
// Makes a PageSource of a document of the jar: its parts are fetched one after another and laid out
// as pages on another thread.
#pragma once

#include <QObject>
#include <functional>
#include <memory>

#include "app/desktop/engine/values.h"

namespace leyden::desktop {

class EngineClient;
class PageSource;

class DocumentOpener : public QObject {
  Q_OBJECT
 public:
  using Opened = std::function<void(const Outcome<std::shared_ptr<PageSource>>&)>;

  explicit DocumentOpener(EngineClient* client, QObject* parent = nullptr);

  /// `opened` comes on the GUI thread; never when `context` is gone by then.
  void open(qint64 document, QObject* context, Opened opened);

 private:
  struct Work;
  void fetch(std::shared_ptr<Work> work);
  void layOut(std::shared_ptr<Work> work);

  EngineClient* m_client;
};

}  // namespace leyden::desktop
