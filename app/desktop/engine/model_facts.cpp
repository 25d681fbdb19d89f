// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/engine/model_facts.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <vector>

#include "app/desktop/engine/c_door.h"

namespace leyden::desktop {
namespace {

/// "F8_E4M3 + BF16" from {"F8_E4M3": ..., "BF16": ...}, a list, or a plain text.
QString weightFormats(const QJsonValue& weights) {
  if (weights.isObject()) return weights.toObject().keys().join(QStringLiteral(" + "));
  if (!weights.isArray()) return weights.toString();
  QStringList names;
  for (const auto& value : weights.toArray()) names.append(value.toString());
  return names.join(QStringLiteral(" + "));
}

QString licenceIn(const QDir& folder) {
  const auto files = folder.entryList({"LICENSE*", "LICENCE*", "COPYING*"}, QDir::Files);
  return files.isEmpty() ? QString() : folder.filePath(files.first());
}

}  // namespace

ModelFacts readModelFacts(const QString& folder) {
  ModelFacts facts;
  facts.folder = folder;
  facts.name = QDir(folder).dirName();
  facts.licence = licenceIn(QDir(folder));
  const QByteArray path = folder.toUtf8();
  const auto json = makeBytes([&](leyden_string** out, leyden_error** e) {
    return leyden_model_info_json(out, path.constData(), size_t(path.size()), e);
  });
  if (!json) {
    facts.failure = json.failure;
    return facts;
  }
  const QJsonObject o = QJsonDocument::fromJson(*json).object();
  facts.architecture = o["architecture"].toString();
  facts.format = weightFormats(o["weights"]);
  facts.fingerprint = o["fingerprint"].toString();
  facts.layers = o["layers"].toInt();
  facts.experts = o["experts"].toObject()["routed"].toInt();
  facts.parameters = o["parameters"].toInteger();
  facts.bytes = o["bytes"].toInteger();
  facts.kvBytesPerToken = o["kv_bytes_per_token"].toInteger();
  facts.maxContext = o["max_context"].toInteger();
  facts.hasTokenizer =
      o["tokenizer"].isObject() || o["tokenizer"].toBool() || !o["tokenizer"].toString().isEmpty();
  return facts;
}

MemoryPlan planFromJson(const QByteArray& json) {
  const QJsonObject o = QJsonDocument::fromJson(json).object();
  MemoryPlan plan;
  plan.fits = o["fits"].toBool();
  plan.context = o["context"].toInteger();
  plan.maxContext = o["max_context"].toInteger();
  for (const auto& line : o["advice"].toArray()) plan.advice.append(line.toString());
  auto add = [&](const QJsonObject& part, int gpu) {
    plan.bars.append({gpu, part["memory_bytes"].toInteger(), part["weights_bytes"].toInteger(),
                      part["kv_bytes"].toInteger(), part["workspace_bytes"].toInteger()});
  };
  if (o["host"].isObject()) add(o["host"].toObject(), -1);
  const QJsonArray gpus = o["gpus"].toArray();
  for (int i = 0; i < gpus.size(); ++i) add(gpus[i].toObject(), i);
  return plan;
}

QString fingerprintOf(const leyden_model* model) {
  const auto json = makeBytes([&](leyden_string** out, leyden_error** e) {
    return leyden_model_stats_json(out, model, e);
  });
  return json ? QJsonDocument::fromJson(*json).object()["fingerprint"].toString() : QString();
}

Outcome<MemoryPlan> planModelMemory(const QString& folder, const QVector<quint64>& gpuBytes) {
  const QByteArray path = folder.toUtf8();
  const std::vector<uint64_t> gpus(gpuBytes.begin(), gpuBytes.end());
  leyden_plan_options options = LEYDEN_PLAN_OPTIONS_INIT;
  options.gpu_bytes = gpus.empty() ? nullptr : gpus.data();
  options.n_gpus = gpus.size();
  const auto json = makeBytes([&](leyden_string** out, leyden_error** e) {
    return leyden_plan_json(out, path.constData(), size_t(path.size()), &options, e);
  });
  if (!json) return json.failure;
  return planFromJson(*json);
}

Outcome<QString> defaultModelFolder() {
  const auto path = makeBytes(
      [](leyden_string** out, leyden_error** e) { return leyden_default_model_path(out, e); });
  if (!path) return path.failure;
  return QString::fromUtf8(*path);
}

}  // namespace leyden::desktop
