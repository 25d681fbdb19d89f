// SPDX-License-Identifier: Apache-2.0
// Model folders, opened models, and the memory they need.
#pragma once

#include <QString>
#include <QStringList>
#include <QVector>

#include "app/desktop/engine/values.h"

namespace leyden::desktop {

/// What a folder says, from its headers alone.
struct ModelFacts {
  QString folder;
  QString name;  ///< the folder's name
  QString architecture;
  QString format;  ///< weight formats, e.g. "F8_E4M3 + BF16"
  QString fingerprint;
  QString licence;  ///< name or path of the licence file; empty when none is there
  int layers = 0;
  int experts = 0;
  qint64 parameters = 0;
  qint64 bytes = 0;
  qint64 kvBytesPerToken = 0;
  qint64 maxContext = 0;
  bool hasTokenizer = false;
  Failure failure;  ///< code != 0: the folder is no model, and this says why

  bool isUsable() const { return failure.code == 0; }
};

enum class ModelState { None, Loading, Ready, Failed };

/// One bar of the fit display: a device's memory and what one session takes of it.
struct PlanBar {
  int gpu = -1;  ///< number of the GPU; -1: main memory
  qint64 total = 0;
  qint64 weights = 0;
  qint64 kv = 0;
  qint64 workspace = 0;
};

/// Whether a model fits, and with what context.
struct MemoryPlan {
  bool fits = false;
  qint64 context = 0;     ///< tokens planned for: the model's longest
  qint64 maxContext = 0;  ///< most that fit
  QStringList advice;     ///< the engine's sentences, what would help
  QVector<PlanBar> bars;  ///< empty: there is no plan
};

}  // namespace leyden::desktop
