// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/shell/reading_room.h"

#include <QHBoxLayout>
#include <QJsonArray>
#include <QJsonDocument>
#include <QLocale>
#include <QSplitter>
#include <utility>

#include "app/desktop/controls/engine_text.h"
#include "app/desktop/engine/engine_client.h"
#include "app/desktop/engine/ingest_queue.h"
#include "app/desktop/pages/page_view.h"
#include "app/desktop/session/session_dialog.h"
#include "app/desktop/settings/app_settings.h"
#include "app/desktop/shell/session_sidebar.h"
#include "app/desktop/theme/theme_tokens.h"
#include "app/desktop/transcript/conversation_pane.h"
#include "app/desktop/transcript/transcript_model.h"
#include "app/desktop/transcript/transcript_view.h"

namespace leyden::desktop {
namespace {

constexpr int kSaveMs = 800;  // a kill loses at most a second of a draft
constexpr int kCountMs = 400;
constexpr auto kPresets = "presets";
constexpr auto kHidden = "hidden_panes";

QString viewKey(qint64 session) { return QStringLiteral("desktop.view.%1").arg(session); }

}  // namespace

ReadingRoom::ReadingRoom(EngineClient* client, AppSettings* settings, QWidget* parent)
    : QWidget(parent),
      m_client(client),
      m_settings(settings),
      m_splitter(new QSplitter(Qt::Horizontal, this)),
      m_sidebar(new SessionSidebar(client)),
      m_pages(new PageView(client)),
      m_transcript(new TranscriptView(client)) {
  setObjectName("readingRoom");
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(m_splitter);
  m_splitter->setObjectName("readingSplitter");
  m_splitter->setHandleWidth(1);
  m_splitter->setChildrenCollapsible(false);
  m_pages->setObjectName("documentsPane");
  m_transcript->setObjectName("conversationPane");
  m_sidebar->setProperty("role", "side");
  m_pages->setProperty("role", "pane");
  m_transcript->setProperty("role", "pane");
  for (QWidget* pane : std::initializer_list<QWidget*>{m_sidebar, m_pages, m_transcript}) {
    pane->setAttribute(Qt::WA_StyledBackground);
    m_splitter->addWidget(pane);
  }
  m_sidebar->setMinimumWidth(220);
  m_pages->setMinimumWidth(280);
  m_transcript->setMinimumWidth(320);
  m_splitter->setSizes({248, 540, 480});
  m_splitter->setStretchFactor(0, 0);
  m_splitter->setStretchFactor(1, 3);
  m_splitter->setStretchFactor(2, 2);
  if (m_settings->state("swapped").toBool()) m_splitter->insertWidget(1, m_transcript);
  m_splitter->restoreState(m_settings->state("splitter").toByteArray());
  for (const QString& name : m_settings->state(kHidden).toStringList())
    for (const Pane pane : {Pane::Sessions, Pane::Documents, Pane::Conversation})
      if (paneOf(pane)->objectName() == name) setPaneShown(pane, false);

  m_saveSoon.setSingleShot(true);
  m_saveSoon.setInterval(kSaveMs);
  connect(&m_saveSoon, &QTimer::timeout, this, &ReadingRoom::saveView);
  connect(m_splitter, &QSplitter::splitterMoved, this,
          [this] { m_settings->setState("splitter", m_splitter->saveState()); });
  connect(m_transcript, &TranscriptView::sourceRequested, this, [this](const EvidencePassage& p) {
    setPaneShown(Pane::Documents, true);
    m_pages->showSource(p);
  });
  connect(m_transcript, &TranscriptView::sourceHovered, m_pages, &PageView::setGlow);
  connect(m_transcript, &TranscriptView::evidenceChanged, m_pages, &PageView::setEvidence);
  m_countSoon.setSingleShot(true);
  m_countSoon.setInterval(kCountMs);
  connect(&m_countSoon, &QTimer::timeout, this, &ReadingRoom::countContext);
  connect(m_transcript, &TranscriptView::draftChanged, &m_saveSoon, qOverload<>(&QTimer::start));
  connect(m_transcript, &TranscriptView::draftChanged, &m_countSoon, qOverload<>(&QTimer::start));
  connect(m_client, &EngineClient::answerFinished, &m_countSoon, qOverload<>(&QTimer::start));
  connect(m_client, &EngineClient::sessionResumed, &m_countSoon, qOverload<>(&QTimer::start));
  connect(m_client, &EngineClient::documentsChanged, &m_countSoon, qOverload<>(&QTimer::start));
  connect(m_client->ingest(), &IngestQueue::fileBegun, this,
          [this](const QString& path, qint64 session) {
            if (session == m_session) m_pages->preview(path);
          });
  connect(m_client->ingest(), &IngestQueue::fileEnded, this,
          [this](const QString& path, qint64 session, qint64 document) {
            m_pages->endPreview(path, session == m_session ? document : 0);
          });
  connect(m_transcript, &TranscriptView::forkRequested, this,
          [this](qint64 message) { fork(m_session, message); });
  connect(m_client->ingest(), &IngestQueue::doesNotFit, this, &ReadingRoom::offerSearch);
  m_transcript->pane()->composer()->setPasteTaker(
      [this](const QString& text) { return takePaste(text); });
  connect(m_transcript, &TranscriptView::choicesRequested, this, &ReadingRoom::editSession);
  connect(m_pages, &PageView::askRequested, m_transcript, &TranscriptView::askAbout);
  connect(m_pages, &PageView::filesDropped, this, &ReadingRoom::addFiles);
  connect(m_transcript, &TranscriptView::filesDropped, this, &ReadingRoom::addFiles);
  connect(m_transcript, &TranscriptView::attachRequested, m_pages, &PageView::openFilesRequested);
  const auto namePlaces = [this] {
    m_transcript->setPlaceNames(
        [this](const EvidencePassage& passage) { return m_pages->placeOf(passage); });
  };
  connect(m_pages, &PageView::placesChanged, this, namePlaces);
  namePlaces();
  connect(m_settings, &AppSettings::changed, this, &ReadingRoom::applySettings);
  applySettings();
  connect(m_sidebar, &SessionSidebar::sessionChosen, this, &ReadingRoom::openSession);
  connect(m_sidebar, &SessionSidebar::newRequested, this, &ReadingRoom::newSession);
  connect(m_sidebar, &SessionSidebar::forkRequested, this,
          [this](qint64 session) { fork(session, 0); });
  connect(m_sidebar, &SessionSidebar::hitChosen, this, [this](const SearchHit& hit) {
    if (hit.session > 0) openSession(hit.session);
    if (hit.message > 0) m_transcript->showMessage(hit.message);
    if (hit.document > 0 && hit.session == 0) m_pages->openDocument(hit.document);
  });
}

ReadingRoom::~ReadingRoom() { saveView(); }

void ReadingRoom::applySettings() {
  AskSettings ask;
  ask.thinking = m_settings->value("answers/thinking").toBool();
  ask.evidence = m_settings->value("answers/evidence").toBool();
  ask.constrainReferences = m_settings->value("answers/constrain_references").toBool();
  ask.temperature = m_settings->value("answers/temperature").toDouble();
  ask.topP = m_settings->value("answers/top_p").toDouble();
  ask.maxTokens = m_settings->value("answers/max_tokens").toLongLong();
  ask.maxSteps = m_settings->value("tools/max_steps").toInt();
  ask.maxSeconds = m_settings->value("tools/max_seconds").toDouble();
  m_transcript->setAskSettings(ask);
  m_transcript->setPasteLimit(m_settings->value("composing/paste_limit").toInt());
  m_transcript->setOffline(m_settings->value("privacy/offline").toBool());
  const bool enter = m_settings->value("composing/send_key").toString() == QLatin1String("enter");
  m_transcript->setSendKey(enter ? SendKey::Enter : SendKey::CtrlEnter);
}

void ReadingRoom::openSession(qint64 session) {
  if (session == 0) return newSession();
  show(session);
}

void ReadingRoom::openLast() {
  const qint64 last = m_settings->state("last_session").toLongLong();
  m_listed = true;
  if (m_client->session(last) != nullptr) show(last);
  if (!m_filesAtStart.isEmpty())
    addFiles(std::exchange(m_filesAtStart, {}));
  else if (m_session == 0)
    newSession();
}

// One empty session is enough: the one that is there is taken again.
void ReadingRoom::newSession() {
  for (const auto& row : m_client->sessions()) {
    const bool asked = row.messages > 0 || (row.id == m_session && hasQuestion());
    if (!asked && row.documents.isEmpty() && row.title.isEmpty()) return show(row.id);
  }
  if (!m_client->hasJar()) return show(0);
  m_client->createSession(QString(), this, [this](const Outcome<qint64>& made) {
    if (made) show(*made);
  });
}

void ReadingRoom::fork(qint64 session, qint64 atMessage) {
  const SessionRow* row = m_client->session(session);
  const auto documents = row == nullptr ? QVector<qint64>() : row->documents;
  m_client->forkSession(session, atMessage, this, [this, documents](const Outcome<qint64>& made) {
    if (!made) return;
    show(*made);
    // The list of sessions does not have the new one yet.
    for (const qint64 document : documents) m_pages->openDocument(document);
  });
}

// The list of sessions lags behind a question that was just asked.
bool ReadingRoom::hasQuestion() const {
  const SessionRow* row = m_client->session(m_session);
  return (row != nullptr && row->messages > 0) || m_transcript->pane()->model()->rowCount() > 0;
}

// Documents stand before the first question: later ones would change what was answered.
void ReadingRoom::withEmptySession(std::function<void(qint64 session)> run) {
  if (m_client->session(m_session) != nullptr && !hasQuestion()) return run(m_session);
  m_client->createSession(QString(), this, [this, run](const Outcome<qint64>& made) {
    if (!made) return;
    show(*made);
    run(*made);
  });
}

void ReadingRoom::addFiles(const QStringList& paths) {
  if (!m_listed) {  // the jar is still opening
    m_filesAtStart += paths;
    return;
  }
  withEmptySession([this, paths](qint64 session) { m_client->ingest()->add(paths, session); });
}

void ReadingRoom::askAbout(const QVector<qint64>& documents) {
  m_client->createSession(QString(), this, [this, documents](const Outcome<qint64>& made) {
    if (!made) return;
    show(*made);
    for (const qint64 document : documents) {
      m_pages->openDocument(document);
      putDocument(*made, document);
    }
  });
}

void ReadingRoom::putDocument(qint64 session, qint64 document) {
  m_client->addToSession(session, document, this,
                         [this, session, document](const Outcome<Done>& added) {
                           if (!added) offerSearch(session, document, added.failure);
                         });
}

void ReadingRoom::offerSearch(qint64 session, qint64 document, const Failure& failure) {
  constexpr int kContextOverflow = -8;
  if (failure.code != kContextOverflow)
    return emit noticed(failureText(failure.code, failure.message), {}, {});
  const DocumentRow* row = m_client->document(document);
  emit noticed(
      tr("“%1” is longer than what the model can read at once. It can be searched instead: the "
         "model looks up the passages it needs.")
          .arg(row == nullptr ? tr("The document") : row->title),
      tr("Search it instead"), [this, session, document] {
        m_client->choices(session, this,
                          [this, session, document](const Outcome<SessionChoices>& known) {
                            if (!known) return;
                            SessionChoices choices = *known;
                            if (!choices.searched.contains(document))
                              choices.searched.append(document);
                            m_client->setChoices(session, choices);
                            if (session == m_session) m_transcript->setChoices(choices);
                          });
      });
}

/// A long paste is read like any document while the session has no question; later it goes along
/// with the question it was pasted into.
bool ReadingRoom::takePaste(const QString& text) {
  const bool model =
      m_client->modelState() == ModelState::Ready || m_client->modelState() == ModelState::Loading;
  if (m_client->session(m_session) == nullptr || hasQuestion() || !model) return false;
  const QString begin = text.left(200).simplified().left(40);
  const QString title = tr("Pasted: %1…").arg(begin);
  const QByteArray json =
      QJsonDocument(
          QJsonObject{{"title", title},
                      {"parts", QJsonArray{QJsonObject{{"label", QString()}, {"text", text}}}}})
          .toJson(QJsonDocument::Compact);
  m_client->addDocument(json, this, [this, session = m_session](const Outcome<qint64>& document) {
    if (!document) return emit noticed(document.failure.message, {}, {});
    if (session == m_session) m_pages->openDocument(*document);
    putDocument(session, *document);
  });
  emit noticed(
      tr("The pasted text has %1 characters, more than the %2 of the settings: it became a "
         "document of this session.")
          .arg(QLocale().toString(text.size()),
               QLocale().toString(m_settings->value("composing/paste_limit").toInt())),
      {}, {});
  return true;
}

void ReadingRoom::tellChangedFiles(qint64 session) {
  const SessionRow* row = m_client->session(session);
  if (row == nullptr || m_toldChanged.contains(session)) return;
  for (const qint64 id : row->documents) {
    const DocumentRow* document = m_client->document(id);
    if (document == nullptr || document->file != DocumentRow::File::Changed) continue;
    m_toldChanged.insert(session);
    return emit noticed(
        tr("“%1” was written to since it was read. Answers use the text as it was read.")
            .arg(document->title),
        tr("Read the new version"), [this, path = document->source] { addFiles({path}); });
  }
}

void ReadingRoom::editSession() {
  const SessionRow* row = m_client->session(m_session);
  SessionDialogInput input;
  input.plan.choices = m_transcript->choices();
  if (row != nullptr) input.plan.whole = row->documents;
  input.general = m_transcript->askSettings();
  input.generalInstructions = m_settings->value("answers/system").toString();
  input.presets = presetsFromJson(m_settings->state(kPresets).toByteArray());
  input.asked = hasQuestion();
  delete m_dialog;
  m_dialog = new SessionDialog(m_client, input, this);
  m_dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(m_dialog, &SessionDialog::presetsChanged, this, [this](const QVector<Preset>& presets) {
    m_settings->setState(kPresets, presetsToJson(presets));
  });
  connect(m_dialog, &QDialog::accepted, this, [this, session = m_session] {
    if (session == m_session) applyPlan(m_dialog->plan());
  });
  m_dialog->open();
}

void ReadingRoom::applyPlan(const SessionPlan& plan) {
  const SessionRow* row = m_client->session(m_session);
  if (row == nullptr || row->documents == plan.whole) {
    m_client->setChoices(m_session, plan.choices);
    m_transcript->setChoices(plan.choices);
    for (const qint64 document : plan.choices.searched) m_pages->openDocument(document);
    return;
  }
  const qint64 replaced = hasQuestion() ? 0 : row->id;
  m_client->createSession(row->title, this, [this, plan, replaced](const Outcome<qint64>& made) {
    if (!made) return emit noticed(made.failure.message, {}, {});
    m_client->setChoices(*made, plan.choices, this,
                         [=, this, session = *made](const Outcome<Done>&) {
                           show(session);
                           m_transcript->setChoices(plan.choices);
                           for (const qint64 document : plan.whole) {
                             m_pages->openDocument(document);
                             putDocument(session, document);
                           }
                           if (replaced != 0) m_client->removeSession(replaced);
                         });
  });
}

void ReadingRoom::countContext() {
  m_client->context(m_session, m_transcript->draft(), this,
                    [this, session = m_session](const Outcome<ContextUse>& use) {
                      if (use && session == m_session) emit contextCounted(*use);
                    });
}

void ReadingRoom::show(qint64 session) {
  if (session == m_session && session != 0) {
    m_sidebar->setCurrent(session);
    return m_transcript->focusComposer();
  }
  saveView();
  m_session = session;
  m_saved.clear();
  m_settings->setState("last_session", session);
  m_sidebar->setCurrent(session);
  m_pages->closeAll();
  m_transcript->setSession(session);
  if (const SessionRow* row = m_client->session(session))
    for (const qint64 document : row->documents) m_pages->openDocument(document);
  m_client->choices(session, this, [this, session](const Outcome<SessionChoices>& choices) {
    if (!choices || session != m_session) return;
    for (const qint64 document : choices->searched) m_pages->openDocument(document);
  });
  tellChangedFiles(session);
  m_transcript->focusComposer();
  m_client->openChat(session);
  m_countSoon.start();
  emit sessionOpened(session);
  if (session == 0) return;
  m_client->jarSetting(viewKey(session), this, [this, session](const Outcome<QByteArray>& json) {
    if (!json || session != m_session) return;
    m_saved = *json;
    const QJsonObject view = QJsonDocument::fromJson(*json).object();
    m_transcript->setDraft(view["draft"].toString());
    m_transcript->restoreViewState(view["transcript"].toObject());
    m_pages->restoreViewState(view["pages"].toObject());
  });
}

void ReadingRoom::saveView() {
  m_saveSoon.stop();
  if (m_session == 0 || !m_client->hasJar()) return;
  const QJsonObject view{{"draft", m_transcript->draft()},
                         {"transcript", m_transcript->viewState()},
                         {"pages", m_pages->viewState()}};
  const QByteArray json = QJsonDocument(view).toJson(QJsonDocument::Compact);
  if (json == m_saved) return;
  m_saved = json;
  m_client->setJarSetting(viewKey(m_session), json);
}

QWidget* ReadingRoom::paneOf(Pane pane) const {
  switch (pane) {
    case Pane::Sessions:
      return m_sidebar;
    case Pane::Documents:
      return m_pages;
    case Pane::Conversation:
      break;
  }
  return m_transcript;
}

bool ReadingRoom::isPaneShown(Pane pane) const { return !paneOf(pane)->isHidden(); }

void ReadingRoom::setPaneShown(Pane pane, bool shown) {
  if (!shown && pane == Pane::Documents) m_transcript->show();
  if (!shown && pane == Pane::Conversation) m_pages->show();
  paneOf(pane)->setVisible(shown);
  QStringList hidden;
  for (const Pane each : {Pane::Sessions, Pane::Documents, Pane::Conversation})
    if (!isPaneShown(each)) hidden.append(paneOf(each)->objectName());
  m_settings->setState(kHidden, hidden);
}

void ReadingRoom::swapPanes() {
  const bool swapped = m_splitter->indexOf(m_transcript) == 1;
  m_splitter->insertWidget(1, swapped ? static_cast<QWidget*>(m_pages) : m_transcript);
  m_settings->setState("swapped", !swapped);
  m_settings->setState("splitter", m_splitter->saveState());
}

}  // namespace leyden::desktop
