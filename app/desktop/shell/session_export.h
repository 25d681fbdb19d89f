// SPDX-License-Identifier: Apache-2.0
// Several sessions at once as files for others, each one of its own.
#pragma once

#include <QStringList>
#include <QVector>
#include <functional>

#include "app/desktop/transcript/transcript_export.h"

class QObject;

namespace leyden::desktop {

class EngineClient;

/// Writes sessions into a folder, named by their titles; a name in use is never overwritten. The
/// files are written on another thread.
/// @param context  while it lives, `done` is called on its thread: how many files were written, and
///                 what went wrong, a sentence each
void exportSessions(EngineClient* client, const QVector<qint64>& sessions, const QString& folder,
                    ExportFormat format, QObject* context,
                    std::function<void(int written, const QStringList& failures)> done);

}  // namespace leyden::desktop
