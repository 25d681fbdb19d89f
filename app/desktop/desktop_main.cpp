// SPDX-License-Identifier: Apache-2.0
// leyden-desktop: the reading room.
#include <QApplication>
#include <QCommandLineParser>
#include <QElapsedTimer>
#include <QStandardPaths>
#include <QTimer>
#include <cstdio>
#include <utility>

#include "app/desktop/engine/engine_client.h"
#include "app/desktop/settings/app_settings.h"
#include "app/desktop/shell/app_log.h"
#include "app/desktop/shell/crash_guard.h"
#include "app/desktop/shell/language.h"
#include "app/desktop/shell/main_window.h"
#include "app/desktop/shell/single_instance.h"
#include "app/desktop/theme/theme.h"

using namespace leyden::desktop;

namespace {

constexpr int kProvenMs = 20'000;  // a run that lives this long with a model is a good one
constexpr int kDeathsToSafety = 2;

Scheme schemeOf(const QString& name) {
  return name == "dark" ? Scheme::Dark : name == "light" ? Scheme::Light : Scheme::System;
}

void follow(AppSettings* settings, Theme* theme, Language* language) {
  auto apply = [=](const QString& key) {
    const QVariant value = settings->value(key);
    if (key == "appearance/scheme") theme->setScheme(schemeOf(value.toString()));
    if (key == "appearance/text_size") theme->setTextSize(value.toDouble());
    if (key == "appearance/font") theme->setFamily(value.toString());
    if (key == "appearance/language")
      language->set(value.toString() == "system" ? QString() : value.toString());
  };
  for (const char* key : {"appearance/language", "appearance/scheme", "appearance/text_size"})
    apply(key);
  if (!settings->isDefault("appearance/font")) apply("appearance/font");
  QObject::connect(settings, &AppSettings::changed, theme, apply);
}

/// What the log says of the model; modelChanged() also comes with facts.
void logModel(const EngineClient& client) {
  static ModelState told = ModelState::None;
  if (std::exchange(told, client.modelState()) == client.modelState()) return;
  if (told == ModelState::Ready) qInfo("the model is open");
  if (told == ModelState::Failed)
    qWarning().noquote() << "no model:" << client.modelFailure().message;
}

}  // namespace

int main(int argc, char** argv) {
  QElapsedTimer sinceStart;
  sinceStart.start();
  QCoreApplication::setApplicationName("leyden-desktop");
  {  // the scale must be known before there is an application
    const AppSettings early;
    if (!early.isDefault("appearance/scale") && qEnvironmentVariableIsEmpty("QT_SCALE_FACTOR"))
      qputenv("QT_SCALE_FACTOR", early.value("appearance/scale").toByteArray());
  }
  QApplication app(argc, argv);
  QApplication::setDesktopFileName("leyden-desktop");
  QApplication::setWindowIcon(QIcon(":/icons/leyden.svg"));

  AppSettings settings;
  Language language;
  Theme theme(&app);
  follow(&settings, &theme, &language);

  QCommandLineParser parser;
  parser.setApplicationDescription(QCoreApplication::translate("main", "Leyden, the reading room."));
  parser.addHelpOption();
  auto text = [](const char* source) { return QCoreApplication::translate("main", source); };
  parser.addOptions({
      {"store", text(QT_TRANSLATE_NOOP("main", "Folder of the jar.")), "DIR"},
      {"model", text(QT_TRANSLATE_NOOP("main", "Folder of the model to open.")), "DIR"},
      {"safe-mode", text(QT_TRANSLATE_NOOP("main", "No plugins, and no model until you open one."))},
      {"offline", text(QT_TRANSLATE_NOOP("main", "No tool may reach the network."))},
      {"time-to-window", text(QT_TRANSLATE_NOOP("main", "Print how long the first window took, and quit."))},
  });
  parser.addPositionalArgument("files", text(QT_TRANSLATE_NOOP("main", "Documents to open.")), "[FILE...]");
  parser.process(app);

  SingleInstance instance(parser.value("store"));
  if (instance.handOver(parser.positionalArguments())) return 0;
  instance.listen();

  const QString state =
      QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + "/leyden";
  AppLog log(state + "/desktop.log");
  CrashGuard guard(state + "/desktop.running");
  const bool safe = parser.isSet("safe-mode") || guard.deaths() >= kDeathsToSafety;
  if (parser.isSet("offline")) settings.set("privacy/offline", true);

  EngineOptions options;
  options.store = parser.value("store");
  options.model = parser.isSet("model") ? parser.value("model")
                                        : settings.state("model_folder").toString();
  options.device = settings.value("model/device").toString();
  options.openModel = !safe && settings.value("model/open_at_start").toBool();
  options.safe = safe;
  options.quotaBytes = quint64(settings.value("jar/quota_gb").toDouble() * 1e9);
  options.instructions = settings.value("answers/system").toString();
  EngineClient client(options);
  QObject::connect(&settings, &AppSettings::changed, &client, [&](const QString& key) {
    if (key == "answers/system") client.setInstructions(settings.value(key).toString());
  });
  QObject::connect(&client, &EngineClient::modelChanged, &log, [&client] { logModel(client); });
  qInfo().noquote().nospace() << "started, " << client.engineVersion() << (safe ? ", safe mode" : "");
  MainWindow window(&client, &settings, &log);
  QObject::connect(&instance, &SingleInstance::filesArrived, &window, [&](const QStringList& files) {
    window.bringToFront();
    window.openFiles(files);
  });
  if (safe)
    window.tellSafeMode();
  else if (guard.deaths() > 0)
    window.offerSafeMode();
  QTimer::singleShot(kProvenMs, &app, [&] {
    if (client.modelState() != ModelState::Loading) guard.proveGood();
  });
  window.show();
  if (parser.isSet("time-to-window")) {
    QApplication::processEvents();
    std::printf("%lld ms\n", static_cast<long long>(sinceStart.elapsed()));
    return 0;
  }
  client.start();
  window.openFiles(parser.positionalArguments());
  return QApplication::exec();
}
