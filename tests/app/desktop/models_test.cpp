// SPDX-License-Identifier: Apache-2.0
// The item models without a window, under QAbstractItemModelTester; sessions drawn as short texts.
#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "app/desktop/controls/engine_text.h"
#include "app/desktop/engine/list_json.h"
#include "app/desktop/models/command_model.h"
#include "app/desktop/models/document_table_model.h"
#include "app/desktop/models/fuzzy_match.h"
#include "app/desktop/models/gpu_list.h"
#include "app/desktop/models/preset_list.h"
#include "app/desktop/models/search_model.h"
#include "app/desktop/models/session_list_model.h"
#include "app/desktop/settings/app_settings.h"

using namespace leyden::desktop;

namespace {

constexpr qint64 kDay = 24 * 3600 * 1000;
constexpr qint64 kNow = 1'790'000'000'000;

/// "3 beta *" is session 3, titled beta, pinned; used as many days ago as `days` says for it.
SessionRow row(qint64 id, const QString& title, double daysAgo, bool pinned = false) {
  SessionRow r;
  r.id = id;
  r.title = title;
  r.usedMs = kNow - qint64(daysAgo * double(kDay));
  r.createdMs = r.usedMs - kDay * id;
  r.pinned = pinned;
  return r;
}

/// One line each: "# heading", "> folder (n)", "  title".
QString drawn(const SessionListModel& model) {
  QStringList lines;
  for (int i = 0; i < model.rowCount(); ++i) {
    const SessionLine* line = model.line(i);
    const QString text = model.index(i).data().toString();
    lines << (line->kind == SessionLine::Kind::Heading  ? "# " + text
              : line->kind == SessionLine::Kind::Folder ? "> " + text
                                                        : "  " + text);
  }
  return lines.join('\n');
}

const QVector<SessionRow> kRows{row(1, "alpha", 0), row(2, "beta", 3), row(3, "gamma", 40, true),
                                row(4, "delta 10", 0.01), row(5, "delta 9", 60)};

}  // namespace

class ModelsTest : public QObject {
  Q_OBJECT
 private slots:
  void aSessionSaysWhatEvictionLeft() {
    SessionRow whole = row(1, "whole", 0), part = row(2, "part", 0), gone = row(3, "gone", 0);
    whole.kvBytes = part.kvBytes = gone.kvBytes = 4'000'000;
    whole.keptBytes = 4'000'000;
    part.keptBytes = 1'000'000;
    SessionListModel model;
    model.setSessions({whole, part, gone});
    auto tip = [&](qint64 id) {
      return model.index(model.rowOf(id)).data(Qt::ToolTipRole).toString();
    };
    auto cached = [&](qint64 id) {
      return model.index(model.rowOf(id)).data(SessionListModel::CachedRole).toBool();
    };
    QVERIFY(tip(1).contains("reopens without reading again"));
    QVERIFY(tip(2).contains(sizeText(1'000'000) + " of " + sizeText(4'000'000)));
    QVERIFY(tip(3).contains(sizeText(0) + " of " + sizeText(4'000'000)));
    QVERIFY(cached(1) && cached(2) && !cached(3));
  }

  void sessionsStandUnderTheirDays() {
    SessionListModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setNow(kNow);
    model.setSessions(kRows);
    QCOMPARE(drawn(model), QString("# Pinned\n  gamma\n# Today\n  alpha\n  delta 10\n# This week\n"
                                   "  beta\n# Earlier\n  delta 9"));
    model.setSort(SessionSort::Name);
    QCOMPARE(drawn(model), QString("# Pinned\n  gamma\n# All sessions\n  alpha\n  beta\n  delta 9\n"
                                   "  delta 10"));
  }

  void foldersCloseAndTheArchiveHides() {
    SessionListModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setNow(kNow);
    model.setSessions(kRows);
    model.setMarks({{2, {"Contracts", false}}, {5, {"", true}}});
    QCOMPARE(drawn(model), QString("# Pinned\n  gamma\n> Contracts\n  beta\n# Today\n  alpha\n"
                                   "  delta 10"));
    model.toggleFolder("Contracts");
    QCOMPARE(model.rowOf(2), -1);
    model.setShowArchived(true);
    QVERIFY(drawn(model).endsWith("# Archived\n  delta 9"));
    model.setHidden({1});
    QCOMPARE(model.rowOf(1), -1);
  }

  void marksComeBackFromJson() {
    const SessionMarks marks{{2, {"合同", false}}, {5, {"", true}}, {9, {}}};
    SessionMarks back = marksFromJson(marksToJson(marks));
    QCOMPARE(back.value(2).folder, QString("合同"));
    QVERIFY(back.value(5).archived);
    QVERIFY(!back.contains(9));
    QVERIFY(marksFromJson("no json").isEmpty());
  }

  void theOrderComesBackFromJson() {
    ArrangeOptions order;
    order.sort = SessionSort::Name;
    order.showArchived = true;
    order.closedFolders = {"Work", "年报"};
    const ArrangeOptions back = orderFromJson(orderToJson(order));
    QCOMPARE(back.sort, SessionSort::Name);
    QVERIFY(back.showArchived);
    QCOMPARE(back.closedFolders, order.closedFolders);
    QCOMPARE(orderFromJson("rubbish").sort, SessionSort::Used);
    QCOMPARE(orderFromJson(R"({"sort": "colour"})").sort, SessionSort::Used);
  }

  void aRenameIsAskedForNotDone() {
    SessionListModel model;
    model.setNow(kNow);
    model.setSessions(kRows);
    QSignalSpy renames(&model, &SessionListModel::renameRequested);
    const auto index = model.index(model.rowOf(2));
    QVERIFY(model.setData(index, " Beta again ", Qt::EditRole));
    QCOMPARE(renames.size(), 1);
    QCOMPARE(renames[0][1].toString(), QString("Beta again"));
    QCOMPARE(index.data().toString(), QString("beta"));
    QVERIFY(!model.setData(index, "  ", Qt::EditRole));
    QVERIFY(!(model.flags(model.index(0)) & Qt::ItemIsSelectable));
  }

  void aNewTitleKeepsTheSelection() {
    SessionListModel model;
    model.setNow(kNow);
    model.setSessions(kRows);
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    auto rows = kRows;
    rows[0].title = "renamed";
    model.setSessions(rows);
    QCOMPARE(resets.size(), 0);
    QCOMPARE(model.index(model.rowOf(1)).data().toString(), QString("renamed"));
  }

  void hitsAreMarkedAndEscaped() {
    QCOMPARE(markedHtml("a <b> c", {{2, 5}}, "#123456"),
             QString("a <b style=\"color:#123456\">&lt;b&gt;</b> c"));
    QCOMPARE(markedHtml("abc", {{5, 9}, {-3, 1}, {2, 1}}, "#000"),
             QString("<b style=\"color:#000\">a</b>bc"));
    SearchModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setHits(hitsFromJson(R"([{"kind": "message", "session": 4, "message": 9, "title": "港口",
                                    "snippet": "港口几点关门", "marks": [[6, 12]]}])"));
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(model.hit(0)->marks.first(), (Span{2, 4}));
    QCOMPARE(model.hit(1), nullptr);
  }

  void documentsSortByWhatTheyCost() {
    DocumentTableModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QVector<DocumentRow> rows = documentsFromJson(
        R"([{"id": 1, "title": "a.pdf", "parts": 300, "tokens": 128000, "added_ms": 5},
            {"id": 2, "title": "b.txt", "source": "/no/such/file", "parts": 1, "tokens": 0}])");
    rows[1].file = DocumentRow::File::Changed;
    model.setDocuments(rows);
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.index(0, DocumentTableModel::TokensColumn).data().toString(), QString("128 K"));
    QCOMPARE(model.index(1, 0).data(DocumentTableModel::FileRole).toInt(),
             int(DocumentRow::File::Changed));
    QVERIFY(model.index(1, 0).data().toString().contains("changed"));
    QCOMPARE(model.index(0, 0).data().toString(), QString("a.pdf"));
  }

  void presetsAndChoicesComeBackFromJson() {
    QVector<Preset> presets;
    putPreset(presets, {"strict", {.constrainReferences = true, .temperature = 0.5}, "Be brief."});
    putPreset(presets, {"lively", {.temperature = 1.2}, ""});
    putPreset(presets, {"strict", {.constrainReferences = true}, "Be brief."});
    QCOMPARE(presets.size(), 2);
    QCOMPARE(presetsFromJson(presetsToJson(presets)), presets);
    QVERIFY(presetsFromJson("rubbish").isEmpty());
    SessionChoices choices;
    choices.answers = presets[0].answers;
    choices.instructions = "Be brief.";
    choices.tools = true;
    choices.toolsOff = {"search"};
    choices.searched = {4, 9};
    const QJsonObject kept = withChoices({{"system", "of another program"}}, choices);
    QCOMPARE(kept["system"].toString(), QString("of another program"));
    QCOMPARE(choicesFrom(kept), choices);
    QCOMPARE(choicesFrom(withChoices(kept, {})), SessionChoices{});
  }

  void gpusAreReadAsPeopleWriteThem() {
    QCOMPARE(gpuBytes("")->size(), 0);
    QCOMPARE(*gpuBytes("1x141GB"), QVector<quint64>{141'000'000'000});
    QCOMPARE(*gpuBytes("2 x 80 GB + 24GiB"),
             (QVector<quint64>{80'000'000'000, 80'000'000'000, 25'769'803'776}));
    for (const char* no : {"many", "0x80GB", "8x", "99x80GB", "80MB"}) QVERIFY2(!gpuBytes(no), no);
  }

  void theEngineIsSpokenForInWords() {
    QCOMPARE(engineText("history is rendered anew from token 12, what follows is read again"),
             QString("From token 12 on, the conversation is read again."));
    QCOMPARE(
        engineText("the KV is of other weights than the loaded ones (session: model 'a'); the text "
                   "is read again"),
        QString("Another model read this session: a. The text is read again."));
    for (const char* words : {"", " that hold the words between quotation marks"})
      QCOMPARE(engineText(QString("the first token was restricted to references of passages%1 or a refusal").arg(words)),
               QString("The answer had to begin with a passage, or say that there is none."));
    const QString chosen = "model and words of the question together put passage ⟦3⟧ first; the "
                           "model alone ⟦1⟧, the words alone %1; then ⟦2⟧, ⟦1⟧";
    QCOMPARE(engineText(chosen.arg("⟦3⟧")),
             QString("Model and words of the question chose ⟦3⟧ together; alone, the model would "
                     "have chosen ⟦1⟧, the words ⟦3⟧."));
    QCOMPARE(engineText(chosen.arg("none")),
             QString("The model chose ⟦3⟧; no passage has the words of the question."));
    QCOMPARE(engineText("the answer repeated itself and was ended: its last 256 tokens are the same 3 again and again"),
             QString("The answer repeated itself, and was ended."));
    QCOMPARE(engineText("something new"), QString("something new"));
    QCOMPARE(engineText("plugin org.leyden.calculator"), QString("plugin org.leyden.calculator"));
    QCOMPARE(engineText("built in"), QString("needs no asking"));
    QVERIFY(failureText(-8, "12 tokens").startsWith("This is longer"));
    QVERIFY(failureText(-8, "12 tokens").endsWith("12 tokens"));
    QCOMPARE(failureText(-2, "/no/such"), QString("/no/such"));
  }

  void lettersFindCommands() {
    QCOMPARE(fuzzyScore("", "anything"), 1);
    QCOMPARE(fuzzyScore("xq", "New session"), 0);
    QVERIFY(fuzzyScore("ns", "New session") > fuzzyScore("ns", "Reasons"));
    QVERIFY(fuzzyScore("新会话", "新会话") > 0);
    CommandModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setEntries({{"open", "Open documents…", "Session", "Ctrl+O", ""},
                      {"new", "New session", "Session", "Ctrl+N", ""},
                      {"log", "Log", "Go", "", ""}});
    model.setQuery("new");
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(model.entry(0)->id, QString("new"));
    model.setQuery("");
    QCOMPARE(model.rowCount(), 3);
    QCOMPARE(model.entry(0)->id, QString("open"));
  }

  void listsThatAreNoListsAreEmpty() {
    for (const QByteArray json : {"", "{", "null", "{}", "[1, \"x\", null]"}) {
      QVERIFY(sessionsFromJson(json).size() <= 3);
      QVERIFY(hitsFromJson(json).size() <= 3);
      QVERIFY(messagesFromJson(json, {}).size() <= 3);
    }
  }

  void evidenceNamesDocumentsOfTheJar() {
    const auto messages = messagesFromJson(
        R"([{"id": 3, "parent": 2, "role": "assistant", "text": "中 yes", "state": "interrupted",
             "siblings": [3, 5], "extra": {"evidence": [{"document": 1, "begin": 4, "end": 9}],
             "quotes": [{"answer_begin": 4, "answer_end": 7, "document": 7, "text": "yes"}]}}])",
        {11, 12});
    QCOMPARE(messages.size(), 1);
    QCOMPARE(messages[0].state, Message::State::Interrupted);
    QCOMPARE(messages[0].evidence[0].document, 12);
    QCOMPARE(messages[0].quotes[0].source.document, 0);  // there is no eighth document
    QCOMPARE(messages[0].quotes[0].answer, (Span{2, 5}));
    QCOMPARE(messages[0].siblings, (QVector<qint64>{3, 5}));
  }

  void aRunIsOneMessage() {
    const QByteArray call = R"({"name": "search", "arguments": "{}", "decision": "built in",
                                "ok": true, "result": "a lamp", "seconds": 0.5})";
    const auto messages = messagesFromJson(
        R"([{"id": 1, "parent": 0, "role": "user", "text": "Look.", "siblings": [1]},
            {"id": 2, "parent": 1, "role": "assistant", "text": "Let me look.", "siblings": [2, 9],
             "branch_ends": [5, 9], "extra": {"timing": {"prefill_s": 1, "decode_s": 2},
             "tool_calls": [{"function": {"name": "search", "arguments": "{}"}},
                            {"function": {"name": "open", "arguments": "[1]"}}]}},
            {"id": 3, "parent": 2, "role": "tool", "text": "a lamp", "extra": {"call": )" +
            call + R"(}},
            {"id": 4, "parent": 3, "role": "tool", "text": "page 1", "extra": {}},
            {"id": 5, "parent": 4, "role": "assistant", "text": "There.", "siblings": [5],
             "extra": {"run": {"stopped": "max_steps", "passages": [{"document": 7, "page": 2,
             "title": "Lamps", "text": "a lamp"}], "quotes": []}}},
            {"id": 6, "parent": 5, "role": "user", "text": "And?", "siblings": [6]},
            {"id": 7, "parent": 6, "role": "assistant", "text": "", "siblings": [7], "extra":
             {"tool_calls": [{"function": {"name": "search", "arguments": "{}"}}]}},
            {"id": 8, "parent": 7, "role": "tool", "text": "another", "extra": {}}])",
        {});
    QCOMPARE(messages.size(), 4);
    const Message& run = messages[1];
    QCOMPARE(run.id, 5);
    QCOMPARE(run.parent, 1);
    QCOMPARE(run.text, QString("There."));
    QCOMPARE(run.parts, (QVector<qint64>{2, 3, 4, 5}));
    QCOMPARE(run.siblings, (QVector<qint64>{5, 9}));
    QCOMPARE(run.branchEnds, (QVector<qint64>{5, 9}));
    QCOMPARE(run.run->stopped, QString("max_steps"));
    QCOMPARE(run.run->steps.size(), 2);
    QCOMPARE(run.run->steps[0].seconds, 3.0);
    QCOMPARE(run.run->steps[0].calls.size(), 2);
    QCOMPARE(run.run->steps[0].calls[0].seconds, 0.5);
    QCOMPARE(run.run->steps[0].calls[1].name, QString("open"));  // without a trace
    QCOMPARE(run.run->steps[0].calls[1].result, QString("page 1"));
    QCOMPARE(run.run->sources.value(0).page, 1);
    QCOMPARE(run.toolCalls.size(), 2);
    // A run the program did not see the end of.
    QCOMPARE(messages[3].id, 8);
    QCOMPARE(messages[3].run->steps.size(), 1);
    QCOMPARE(messages[3].toolCalls.size(), 1);
    QCOMPARE(messages[3].toolCalls[0].result, QString("another"));
  }

  void settingsKeepOnlyWhatDiffers() {
    QTemporaryDir folder;
    const QString path = folder.filePath("leyden/desktop.ini");
    {
      AppSettings settings(path);
      QSignalSpy changes(&settings, &AppSettings::changed);
      settings.set("appearance/scheme", "dark");
      settings.set("appearance/scheme", "dark");
      settings.set("appearance/scheme", "purple");
      settings.set("appearance/text_size", 99);
      QCOMPARE(changes.size(), 1);
      QVERIFY(!settings.isDefault("appearance/scheme"));
    }
    AppSettings again(path);
    QCOMPARE(again.value("appearance/scheme").toString(), QString("dark"));
    again.reset("appearance/scheme");
    QCOMPARE(again.value("appearance/scheme").toString(), QString("system"));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(!file.readAll().contains("scheme"));
  }

  void aSettingThatMakesNoSenseIsTheDefault() {
    QTemporaryDir folder;
    QFile file(folder.filePath("bad.ini"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[appearance]\nscheme=purple\ntext_size=many\n[answers]\nevidence=perhaps\n");
    file.close();
    AppSettings settings(file.fileName());
    QCOMPARE(settings.value("appearance/scheme").toString(), QString("system"));
    QCOMPARE(settings.value("appearance/text_size").toDouble(), 10.5);
    QCOMPARE(settings.value("answers/evidence").toBool(), true);
  }

  void everySettingIsFoundByItsTitle() {
    for (const auto& spec : settingSpecs()) {
      QVERIFY(settingMatches(spec, spec.title));
      QVERIFY(settingMatches(spec, ""));
      QVERIFY(!settingMatches(spec, "zzzz"));
      QVERIFY2(settingSpec(spec.key) == &spec, spec.key);
    }
  }
};

QTEST_GUILESS_MAIN(ModelsTest)
#include "models_test.moc"
