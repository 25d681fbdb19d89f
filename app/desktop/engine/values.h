// SPDX-License-Identifier: Apache-2.0
// What crosses from EngineClient to models and widgets: plain values, no handles of the engine.
#pragma once

#include <QString>
#include <QVector>
#include <optional>

namespace leyden::desktop {

/// Why a request failed. `code` is a leyden_status, `message` one sentence for people.
struct Failure {
  int code = 0;
  QString message;

  bool isCancelled() const { return code == -6; }
};

/// A value, or the Failure in its place.
template <typename T>
struct Outcome {
  std::optional<T> value;
  Failure failure;

  Outcome(T v) : value(std::move(v)) {}
  Outcome(Failure f) : failure(std::move(f)) {}
  explicit operator bool() const { return value.has_value(); }
  const T& operator*() const { return *value; }
  const T* operator->() const { return &*value; }
};

/// The value of a request that answers only with "done".
struct Done {};

/// How far long work has come.
struct Progress {
  QString phase;  ///< "load", "prefill", "ingest"
  QString unit;   ///< "bytes", "tokens", "pages"
  quint64 done = 0;
  quint64 total = 0;
  double etaS = -1;  ///< seconds left; negative while unknown
  QString file;      ///< which of several files is being read; empty: there is none to tell of
  quint64 fileNumber = 0;
  quint64 fileCount = 0;

  double share() const { return total == 0 ? 0 : double(done) / double(total); }
};

/// Half-open range. Bytes of UTF-8 wherever documents are meant, as in leyden.h.
struct Span {
  qint64 begin = 0;
  qint64 end = 0;

  bool isEmpty() const { return end <= begin; }
  bool operator==(const Span&) const = default;
};

}  // namespace leyden::desktop
