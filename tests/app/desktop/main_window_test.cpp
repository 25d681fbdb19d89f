// SPDX-License-Identifier: Apache-2.0
// The window over a real jar and no model: sessions, search, palette, settings, languages, panes,
// accessibility, and what it says when something is wrong.
#include "app/desktop/shell/main_window.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QFile>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QProcess>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QToolButton>
#include <algorithm>
#include <cmath>

#include "app/desktop/controls/table_look.h"
#include "app/desktop/engine/device_plans.h"
#include "app/desktop/engine/engine_client.h"
#include "app/desktop/library/device_rows.h"
#include "app/desktop/library/model_page.h"
#include "app/desktop/library/plan_bars.h"
#include "app/desktop/settings/app_settings.h"
#include "app/desktop/shell/app_log.h"
#include "app/desktop/shell/command_palette.h"
#include "app/desktop/shell/command_registry.h"
#include "app/desktop/shell/crash_guard.h"
#include "app/desktop/shell/language.h"
#include "app/desktop/shell/log_page.h"
#include "app/desktop/shell/notice_bar.h"
#include "app/desktop/shell/reading_room.h"
#include "app/desktop/shell/session_sidebar.h"
#include "app/desktop/shell/single_instance.h"
#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme.h"
#include "app/desktop/theme/theme_tokens.h"
#include "app/desktop/transcript/composer.h"
#include "app/desktop/transcript/conversation_pane.h"
#include "app/desktop/transcript/transcript_view.h"
#include "tests/app/desktop/window_lint.h"

using namespace leyden::desktop;

namespace {

/// A window over a jar of its own, shown.
struct Desk {
  explicit Desk(const QString& store = {})
      : settings(folder.filePath("desktop.ini")),
        log({}),
        client({.store = store.isEmpty() ? folder.filePath("jar") : store, .openModel = false}),
        window(&client, &settings, &log) {
    window.show();
    client.start();
  }
  bool ready() {
    return QTest::qWaitFor([&] {
      return client.hasJar() && window.readingRoom()->session() > 0 &&
             client.session(window.readingRoom()->session());
    });
  }
  qint64 make(const QString& title) {
    qint64 id = 0;
    client.createSession(title, &window,
                         [&](const Outcome<qint64>& made) { id = made ? *made : -1; });
    (void)QTest::qWaitFor([&] { return id != 0 && client.session(id) != nullptr; });
    return id;
  }
  SessionSidebar* sidebar() { return window.readingRoom()->sidebar(); }

  QTemporaryDir folder;
  AppSettings settings;
  AppLog log;
  EngineClient client;
  MainWindow window;
};

}  // namespace

class MainWindowTest : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { m_theme = new Theme(qApp); }

  void aJarOpensWithOneEmptySession() {
    Desk desk;
    QVERIFY(desk.ready());
    QCOMPARE(desk.client.sessions().size(), 1);
    desk.window.readingRoom()->newSession();  // the empty one is taken again
    QTest::qWait(100);
    QCOMPARE(desk.client.sessions().size(), 1);
  }

  void filesNamedAtTheStartAreRead() {
    Desk desk;
    QFile file(desk.folder.filePath("notes.txt"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("The harbour closes at six.");
    file.close();
    desk.window.openFiles({file.fileName()});  // the jar is still opening
    QVERIFY(!desk.client.hasJar());
    QTRY_COMPARE_WITH_TIMEOUT(desk.client.documents().size(), 1, 20'000);
    QTRY_COMPARE(desk.client.sessions().size(), 1);
    const qint64 first = desk.window.readingRoom()->session();
    QVERIFY(first > 0);
    desk.window.readingRoom()->askAbout({desk.client.documents()[0].id});
    QTRY_VERIFY(desk.window.readingRoom()->session() != first);
    QTest::qWait(100);  // no model is open: the document cannot be put into the session
    QCOMPARE(desk.client.documents().size(), 1);
  }

  void aSessionIsRenamedPinnedAndFound() {
    Desk desk;
    QVERIFY(desk.ready());
    const qint64 id = desk.make("港口章程");
    desk.client.renameSession(id, "港口章程 2026");
    desk.client.pinSession(id, true);
    QTRY_VERIFY(desk.client.session(id)->pinned);
    QTRY_COMPARE(desk.client.session(id)->title, QString("港口章程 2026"));
    auto* search = desk.window.findChild<QLineEdit*>("sessionSearch");
    auto* results = desk.window.findChild<QListView*>("searchResults");
    QTest::keyClicks(search, QString());
    search->setText("港口");
    QTRY_COMPARE(results->model()->rowCount(), 1);
    QTRY_VERIFY(results->isVisible());
    QTest::keyClick(results, Qt::Key_Return);
    results->setCurrentIndex(results->model()->index(0, 0));
    QTest::keyClick(results, Qt::Key_Return);
    QTRY_COMPARE(desk.window.readingRoom()->session(), id);
    search->clear();
    QTRY_VERIFY(!results->isVisible());
  }

  void aDeletionIsTakenBackOrDone() {
    Desk desk;
    QVERIFY(desk.ready());
    const qint64 id = desk.make("to go");
    auto* model = desk.sidebar()->model();
    QTRY_VERIFY(model->rowOf(id) >= 0);
    desk.sidebar()->removeWithUndo({id});
    QCOMPARE(model->rowOf(id), -1);
    QVERIFY(desk.client.session(id) != nullptr);  // nothing has happened yet
    desk.sidebar()->undoRemove();
    QVERIFY(model->rowOf(id) >= 0);
    desk.sidebar()->removeWithUndo({id});
    desk.sidebar()->removeWithUndo({desk.make("another")});  // the first one is done now
    QTRY_COMPARE(desk.client.session(id), nullptr);
  }

  void sessionsOutliveTheWindow() {
    QTemporaryDir jar;
    qint64 id = 0;
    {
      Desk desk(jar.path());
      QVERIFY(desk.ready());
      id = desk.make("kept");
    }
    Desk desk(jar.path());
    QTRY_VERIFY(desk.client.session(id) != nullptr);
    QCOMPARE(desk.client.session(id)->title, QString("kept"));
  }

  /// There is no model: the question waits, and is a draft again at the next start.
  void whatWaitsIsADraftAfterAClose() {
    QTemporaryDir jar;
    {
      Desk desk(jar.path());
      QVERIFY(desk.ready());
      TranscriptView* transcript = desk.window.readingRoom()->transcript();
      Composer* composer = transcript->pane()->composer();
      composer->setDraft("When does it close?");
      QTest::keyClick(composer->edit(), Qt::Key_Return);
      QCOMPARE(composer->queued(), 1);
      composer->setDraft("And why?");
      desk.window.close();
      QCOMPARE(transcript->draft(), QString("When does it close?\n\nAnd why?"));
    }
    Desk desk(jar.path());
    QVERIFY(desk.ready());
    QTRY_COMPARE(desk.window.readingRoom()->transcript()->draft(),
                 QString("When does it close?\n\nAnd why?"));
  }

  void theFolderOfAJarThatCannotBeIsNamed() {
    QTemporaryDir folder;
    QFile file(folder.filePath("file"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("not a folder");
    file.close();
    Desk desk(file.fileName());
    QTRY_VERIFY(desk.client.jarFailure().code != 0);
    QVERIFY2(desk.window.notice()->text().contains(file.fileName()),
             qPrintable(desk.window.notice()->text()));
  }

  void panesHideAndComeBack() {
    Desk desk;
    ReadingRoom* room = desk.window.readingRoom();
    using Pane = ReadingRoom::Pane;
    for (const Pane pane : {Pane::Sessions, Pane::Documents, Pane::Conversation})
      QVERIFY(room->isPaneShown(pane));
    desk.window.commands()->action("pane-documents")->trigger();
    QVERIFY(!room->isPaneShown(Pane::Documents));
    desk.window.commands()->action("pane-conversation")->trigger();
    QVERIFY(room->isPaneShown(Pane::Documents));
    QVERIFY(!room->isPaneShown(Pane::Conversation));
    desk.window.commands()->action("pane-conversation")->trigger();
    QVERIFY(room->isPaneShown(Pane::Conversation));
  }

  void thePaletteRunsWhatIsTyped() {
    Desk desk;
    QVERIFY(desk.ready());
    desk.window.commands()->action("palette")->trigger();
    auto* query = desk.window.findChild<QLineEdit*>("paletteQuery");
    QTRY_VERIFY(query->isVisible());
    QTest::keyClicks(query, "library");
    QTest::keyClick(query, Qt::Key_Return);
    QTRY_COMPARE(desk.window.spot(), MainWindow::Spot::Library);
  }

  void shortcutsAreListedAndUnique() {
    Desk desk;
    QSet<QString> seen;
    int listed = 0;
    for (const auto& entry : desk.window.commands()->entries()) {
      if (entry.shortcut.isEmpty()) continue;
      QVERIFY2(!seen.contains(entry.shortcut), qPrintable(entry.shortcut));
      seen.insert(entry.shortcut);
      ++listed;
    }
    ShortcutsDialog dialog(desk.window.commands()->entries(), &desk.window);
    QCOMPARE(dialog.findChild<QTableWidget*>("shortcutsTable")->rowCount(), listed);
    QVERIFY(listed >= 15);
  }

  void theLanguageChangesWhileItRuns() {
    Language language;
    Desk desk;
    QVERIFY(desk.ready());
    language.set("en");
    auto* search = desk.window.findChild<QLineEdit*>("sessionSearch");
    QCOMPARE(search->placeholderText(), QString("Search"));
    language.set("zh_CN");
    QTRY_COMPARE(search->placeholderText(), QString("搜索"));
    QCOMPARE(desk.window.commands()->action("new-session")->text(), QString("新建会话"));
    language.set("en");
    QTRY_COMPARE(search->placeholderText(), QString("Search"));
  }

  void everyPlaceCanBeReadAloudAndTabbedThrough() {
    Desk desk;
    QVERIFY(desk.ready());
    using Spot = MainWindow::Spot;
    for (const Spot spot :
         {Spot::Reading, Spot::Library, Spot::Models, Spot::Tools, Spot::Log, Spot::Settings}) {
      desk.window.go(spot);
      QTest::qWait(10);
      const QStringList nameless = namelessControls(&desk.window);
      QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join('\n')));
      const QStringList unreached = unreachedControls(&desk.window);
      QVERIFY2(unreached.isEmpty(), qPrintable(unreached.join('\n')));
    }
  }

  void theOfflineSwitchIsASetting() {
    Desk desk;
    auto* button = desk.window.findChild<QToolButton*>("offlineSwitch");
    button->click();
    QVERIFY(desk.settings.value("privacy/offline").toBool());
    desk.settings.reset("privacy/offline");
    QVERIFY(!button->isChecked());
  }

  void diagnosticsSayWhatRunsAndNothingElse() {
    Desk desk;
    QVERIFY(desk.ready());
    desk.make("a secret title");
    desk.window.commands()->action("diagnostics")->trigger();
    const QString text = QApplication::clipboard()->text();
    QVERIFY(text.contains("Leyden 0.") && text.contains("Qt 6."));
    QVERIFY(!text.contains("secret"));
  }

  void aFolderThatIsNoModelIsExplained() {
    QTemporaryDir jar;
    EngineClient client({.store = jar.path(), .model = "/no/such/folder"});
    client.start();
    QCOMPARE(client.modelState(), ModelState::Loading);
    QTRY_COMPARE(client.modelState(), ModelState::Failed);
    QVERIFY2(client.modelFailure().message.contains("/no/such/folder"),
             qPrintable(client.modelFailure().message));
  }

  void aDeviceIsChosenForTheModel() {
    Desk desk;
    QVERIFY(desk.ready());
    const QString model = LEYDEN_SOURCE_DIR "/models/default";
    if (!QFile::exists(model + "/model.safetensors")) QSKIP("no default model");
    desk.window.resize(1280, 900);
    desk.window.go(MainWindow::Spot::Models);
    auto* page = desk.window.findChild<ModelPage*>();
    page->addFolder(model);
    // The CPU is listed with its memory and what the model would take of it.
    auto* rows = desk.window.findChild<DeviceRows*>();
    QTRY_VERIFY_WITH_TIMEOUT(rows->findChild<QRadioButton*>("device-cpu") != nullptr, 20'000);
    auto* cpu = rows->findChild<QRadioButton*>("device-cpu");
    QVERIFY(cpu->isChecked() && cpu->isEnabled());
    QVERIFY2(cpu->text().contains("free of"), qPrintable(cpu->text()));
    QTRY_VERIFY_WITH_TIMEOUT(rows->findChild<PlanBars*>()->isVisible(), 20'000);
    QVERIFY(rows->findChild<PlanBars*>()->accessibleName().contains("weights"));
    QVERIFY(desk.window.findChild<QLabel*>("deviceVerdict")->text().contains("131"));
    auto* open = desk.window.findChild<QPushButton*>("modelOpen");
    QVERIFY(open->isEnabled());
    // A GPU that was taken out since is shown as missing, and nothing is opened on it.
    desk.settings.set("model/device", "cuda:99");
    auto* gone = rows->findChild<QRadioButton*>("device-cuda:99");
    QVERIFY(gone != nullptr && gone->isChecked() && !gone->isEnabled());
    QVERIFY(!open->isEnabled());
    QVERIFY(namelessControls(&desk.window).isEmpty());
    // At a start it is tried, and the failure says what is missing.
    desk.client.openModel(model, "cuda:99");
    QTRY_COMPARE_WITH_TIMEOUT(desk.client.modelState(), ModelState::Failed, 20'000);
    QVERIFY2(desk.client.modelFailure().message.contains("CUDA"),
             qPrintable(desk.client.modelFailure().message));
    // Back to the CPU by hand.
    QTest::mouseClick(rows->findChild<QRadioButton*>("device-cpu"), Qt::LeftButton, {}, {8, 8});
    QCOMPARE(desk.settings.value("model/device").toString(), QString("cpu"));
    QTRY_VERIFY(open->isEnabled());
    QTest::mouseClick(open, Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(desk.client.modelState(), ModelState::Ready, 60'000);
    QCOMPARE(desk.client.device(), QString("cpu"));
    QCOMPARE(desk.client.model().experts, 8);
    QCOMPARE(desk.client.model().fingerprint.size(), 64);
  }

  void devicesOfAllKindsAreShown() {
    DevicePlans plans = devicesFromJson(R"json({"devices": [
      {"id": "cpu", "name": "CPU, avx2", "units": 8, "memory_bytes": 64000000000,
       "free_bytes": 60000000000},
      {"id": "cuda:0", "name": "NVIDIA H100", "units": 132, "memory_bytes": 80000000000,
       "free_bytes": 79000000000, "temperature_c": 41, "power_w": 71.6},
      {"id": "cuda:1", "name": "NVIDIA T4", "units": 40, "memory_bytes": 16000000000,
       "free_bytes": 15000000000, "temperature_c": null, "power_w": null,
       "reason": "expected a device of capability 9.0 (Hopper), found NVIDIA T4 (7.5)"}]})json");
    PlanBar bar;
    bar.total = 80'000'000'000;
    bar.weights = 90'000'000'000;
    plans.rows[1].plan.bars = {bar};
    QCOMPARE(plans.rows[1].device.celsius, std::optional(41));
    QVERIFY(!plans.rows[2].device.watts);  // its driver tells nothing
    DeviceRows rows;
    rows.setPlans(plans, "cuda:0");
    rows.show();
    QSignalSpy chosen(&rows, &DeviceRows::deviceChosen);
    QVERIFY(rows.findChild<QRadioButton*>("device-cuda:0")->isChecked());
    QVERIFY(rows.findChild<QRadioButton*>("device-cuda:0")->text().endsWith("41 °C · 72 W"));
    auto* old = rows.findChild<QRadioButton*>("device-cuda:1");
    QVERIFY(!old->isEnabled());
    bool said = false;
    for (const QLabel* label : rows.findChildren<QLabel*>())
      said |= label->isVisible() && label->text().contains("9.0 (Hopper) is needed");
    QVERIFY(said);
    QVERIFY(!rows.findChild<QLabel*>("noGpu")->isVisible());
    rows.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&rows));
    rows.findChild<QRadioButton*>("device-cuda:0")->setFocus();
    QTest::keyClick(rows.findChild<QRadioButton*>("device-cuda:0"), Qt::Key_Up);
    QCOMPARE(chosen.value(0).value(0).toString(), QString("cpu"));
  }

  void aQuestionWithoutAModelFailsInWords() {
    Desk desk;
    QVERIFY(desk.ready());
    QSignalSpy failed(&desk.client, &EngineClient::answerFailed);
    desk.client.ask(desk.window.readingRoom()->session(), "When?", {});
    QTRY_COMPARE(failed.size(), 1);
    QVERIFY(!failed[0][1].value<Failure>().message.isEmpty());
  }

  void filesGoToTheInstanceThatRuns() {
    QTemporaryDir jar;
    SingleInstance first(jar.path());
    QVERIFY(!first.handOver({}));
    QVERIFY(first.listen());
    QSignalSpy arrived(&first, &SingleInstance::filesArrived);
    QProcess second;  // hands over in a process of its own, as a second start does
    second.start(QCoreApplication::applicationFilePath(),
                 {"--hand-over", jar.path(), "/tmp/a.pdf"});
    QTRY_COMPARE_WITH_TIMEOUT(arrived.size(), 1, 60000);  // a process starts
    QCOMPARE(arrived[0][0].toStringList(), QStringList{"/tmp/a.pdf"});
    QTRY_COMPARE(second.state(), QProcess::NotRunning);
    QCOMPARE(second.exitCode(), 0);
    QVERIFY(!SingleInstance(jar.path() + "/other").handOver({}));
  }

  void aRunThatDiedIsNoticed() {
    QTemporaryDir folder;
    const QString path = folder.filePath("state/running");
    {
      CrashGuard guard(path);
      QCOMPARE(guard.deaths(), 0);
      QVERIFY(QFile::exists(path));
    }
    QVERIFY(!QFile::exists(path));
    auto leave = [&](const QByteArray& json) {
      QFile file(path);
      QVERIFY(file.open(QIODevice::WriteOnly));
      file.write(json);
    };
    leave(R"({"pid": 999999999, "deaths": 1})");
    {
      CrashGuard guard(path);
      QCOMPARE(guard.deaths(), 2);
      guard.proveGood();
      QFile file(path);
      QVERIFY(file.open(QIODevice::ReadOnly));
      QVERIFY(file.readAll().contains("\"deaths\":0"));
    }
    leave("rubbish");
    {
      CrashGuard guard(path);
      QCOMPARE(guard.deaths(), 1);
    }
  }

  void tableHeadsShareTheEdgesOfTheirColumns() {
    QWidget window;  // the table itself is transparent
    QTableWidget table(2, 2, &window);
    dressTable(&table, 36);
    table.setHorizontalHeaderLabels({"Name", "HHHH"});
    table.horizontalHeaderItem(1)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    for (int row = 0; row < 2; ++row) {
      table.setItem(row, 0, new QTableWidgetItem("Name"));
      table.setItem(row, 1, new QTableWidgetItem("HH"));
      table.item(row, 1)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    }
    table.resize(400, 200);
    window.show();
    // First and last column of pixels that are not like the ground.
    const auto ink = [](const QImage& image) {
      QPair<int, int> edges{image.width(), -1};
      for (int x = 0; x < image.width(); ++x)
        for (int y = 0; y < image.height(); ++y)
          if (qAbs(qGray(image.pixel(x, y)) - qGray(image.pixel(0, 0))) > 60)
            edges = {std::min(edges.first, x), std::max(edges.second, x)};
      return edges;
    };
    for (const bool sorted : {false, true}) {
      table.setSortingEnabled(sorted);
      if (sorted) table.sortByColumn(0, Qt::AscendingOrder);
      QTest::qWait(20);
      QHeaderView* header = table.horizontalHeader();
      for (const int column : {0, 1}) {
        const QRect head(header->sectionViewportPosition(column), 4, header->sectionSize(column),
                         header->height() - 10);
        const QRect cell = table.visualRect(table.model()->index(0, column)).adjusted(0, 4, 0, -4);
        const auto seen = [&](const QWidget* from, const QRect& rect) {
          return ink(window.grab(rect.translated(from->mapTo(&window, QPoint()))).toImage());
        };
        const auto above = seen(header->viewport(), head), below = seen(table.viewport(), cell);
        QVERIFY(above.second > 0 && below.second > 0);
        if (column == 0)
          QVERIFY2(qAbs(above.first - below.first) <= 1,
                   qPrintable(QString("%1 %2").arg(above.first).arg(below.first)));
        else
          QVERIFY2(qAbs(above.second - below.second) <= 1,
                   qPrintable(QString("%1 %2").arg(above.second).arg(below.second)));
      }
    }
  }

  void textStandsOutFromItsGround() {
    const auto luminance = [](const QColor& c) {
      const auto linear = [](double v) {
        return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
      };
      return 0.2126 * linear(c.redF()) + 0.7152 * linear(c.greenF()) + 0.0722 * linear(c.blueF());
    };
    const auto contrast = [&](const QColor& a, const QColor& b) {  // WCAG 2
      const double x = luminance(a), y = luminance(b);
      return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
    };
    for (const Tokens& t : {lightTokens(), darkTokens()}) {
      for (const QColor& ground : {t.window, t.surface, t.raised}) {
        QVERIFY(contrast(t.text, ground) >= 7);
        for (const QColor& words : {t.muted, t.accent, t.danger, t.good, t.warning})
          QVERIFY2(contrast(words, ground) >= 4.5,
                   qPrintable(words.name() + " on " + ground.name()));
        QVERIFY2(contrast(t.faint, ground) >= 3, qPrintable(ground.name()));
      }
      for (const QColor& ground : {t.accentSoft, t.hover, t.code})
        QVERIFY(contrast(t.text, ground) >= 7);
      QVERIFY(contrast(t.onAccent, t.accent) >= 4.5);
    }
  }

  /// A new style sheet takes fonts from labels: the page that is shown keeps its title's.
  void titlesKeepTheirFontWhenTheSchemeChanges() {
    Desk desk;
    QVERIFY(desk.ready());
    desk.window.go(MainWindow::Spot::Settings);
    const auto titles = desk.window.findChildren<QLabel*>("placeTitle");
    const auto shown = std::find_if(titles.begin(), titles.end(),
                                    [](const QLabel* title) { return title->isVisible(); });
    QVERIFY(shown != titles.end());
    for (const Scheme scheme : {Scheme::Dark, Scheme::Light}) {
      m_theme->setScheme(scheme);
      QTRY_COMPARE((*shown)->font().pointSizeF(), uiFont(TextSize::Title).pointSizeF());
    }
  }

  void iconsAreDrawnInTheSchemesColour() {
    const QIcon search = icon("search", IconTone::Accent);
    for (const Scheme scheme : {Scheme::Light, Scheme::Dark}) {
      m_theme->setScheme(scheme);
      const QImage image = search.pixmap(48, 48).toImage();
      bool found = false;
      for (int y = 0; y < 48 && !found; ++y)
        for (int x = 0; x < 48 && !found; ++x) found = image.pixelColor(x, y) == tokens().accent;
      QVERIFY(found);
    }
  }

 private:
  Theme* m_theme = nullptr;
};

int main(int argc, char** argv) {
  QApplication app(argc, argv);
  if (argc >= 3 && qstrcmp(argv[1], "--hand-over") == 0)
    return SingleInstance(argv[2]).handOver(QApplication::arguments().mid(3)) ? 0 : 1;
  MainWindowTest test;
  return QTest::qExec(&test, argc, argv);
}
#include "main_window_test.moc"
