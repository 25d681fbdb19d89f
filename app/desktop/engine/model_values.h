// SPDX-License-Identifier: Apache-2.0
// Model folders, opened models, and the memory they need.
#pragma once

#include <QString>
#include <QStringList>
#include <QVector>
#include <optional>

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

/// What a model can be computed on here.
struct DeviceFacts {
  QString id;  ///< as openModel() takes it: "cpu", "cuda:0"
  QString name;
  int units = 0;  ///< cores, or multiprocessors
  qint64 memory = 0;
  qint64 free = 0;
  std::optional<int> celsius;  ///< of a GPU whose driver tells it
  std::optional<double> watts;
  QString reason;  ///< why it cannot be used; empty: it can

  bool isUsable() const { return reason.isEmpty(); }
  bool isGpu() const { return id != QLatin1String("cpu"); }
};

/// One bar of the fit display: a device's memory and what one session takes of it.
struct PlanBar {
  int gpu = -1;  ///< number of the GPU; -1: main memory
  qint64 total = 0;
  qint64 weights = 0;
  qint64 kv = 0;
  qint64 workspace = 0;
  qint64 taken = 0;  ///< by whatever runs now

  qint64 needed() const { return weights + kv + workspace; }
  bool isOver() const { return needed() + taken > total; }
};

/// Whether a model fits, and with what context.
struct MemoryPlan {
  bool fits = false;
  qint64 context = 0;     ///< tokens planned for: the model's longest
  qint64 maxContext = 0;  ///< most that fit
  QStringList advice;     ///< the engine's sentences, what would help
  QVector<PlanBar> bars;  ///< empty: there is no plan
};

/// The devices here, each with the plan of a model on it alone.
struct DevicePlans {
  struct Row {
    DeviceFacts device;
    MemoryPlan plan;  ///< without bars where there is none
  };
  QVector<Row> rows;
  QString noGpu;  ///< why there is no GPU; empty: there is one

  const Row* find(const QString& id) const {
    for (const Row& row : rows)
      if (row.device.id == id) return &row;
    return nullptr;
  }
};

}  // namespace leyden::desktop
