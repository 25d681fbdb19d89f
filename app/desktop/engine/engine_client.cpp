// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/engine/engine_client.h"

#include "app/desktop/engine/c_door.h"
#include "app/desktop/engine/chat_lane.h"
#include "app/desktop/engine/device_plans.h"
#include "app/desktop/engine/file_shelf.h"
#include "app/desktop/engine/ingest_queue.h"
#include "app/desktop/engine/jar.h"
#include "app/desktop/engine/model_facts.h"
#include "app/desktop/engine/page_approvals.h"
#include "app/desktop/engine/task_thread.h"

namespace leyden::desktop {

EngineClient::EngineClient(EngineOptions options, QObject* parent)
    : QObject(parent),
      m_options(std::move(options)),
      m_shelf(std::make_shared<FileShelf>()),
      m_ingest(new IngestQueue(this)),
      m_modelThread(std::make_unique<TaskThread>(QStringLiteral("model"))),
      m_jarThread(std::make_unique<TaskThread>(QStringLiteral("jar"))),
      m_fileThread(std::make_unique<TaskThread>(QStringLiteral("files"))),
      m_toolThread(std::make_unique<TaskThread>(QStringLiteral("tools"))),
      m_pageApprovals(std::make_shared<PageApprovals>()) {
  m_refreshSoon.setSingleShot(true);
  m_refreshSoon.setInterval(0);
  connect(&m_refreshSoon, &QTimer::timeout, this, &EngineClient::refreshJar);
}

EngineClient::~EngineClient() {
  cancelOpenModel();
  delete m_ingest;
  m_pageApprovals->close();
  m_toolThread.reset();
  m_fileThread.reset();
  for (ChatLane* running : findChildren<ChatLane*>()) running->stop();
  qDeleteAll(findChildren<ChatLane*>());
  m_modelThread.reset();
  m_modelHandle.reset();
  m_jarThread.reset();
}

void EngineClient::start() {
  m_modelWanted = m_options.openModel;  // it keeps its pages in the jar, so that comes first
  if (m_modelWanted) setModelState(ModelState::Loading);
  openJar();
}

QString EngineClient::engineVersion() const { return QString::fromUtf8(leyden_version()); }

void EngineClient::setModelState(ModelState state, const Failure& failure) {
  m_modelState = state;
  m_modelFailure = failure;
  emit modelChanged();
}

void EngineClient::inspectModel(const QString& folder, QObject* context, Reply<ModelFacts> reply) {
  m_modelThread->post([this, folder, context = QPointer(context), reply = std::move(reply)] {
    deliver<ModelFacts>(context, reply, readModelFacts(folder));
  });
}

void EngineClient::planModel(const QString& folder, const QVector<quint64>& gpuBytes,
                             QObject* context, Reply<MemoryPlan> reply) {
  m_modelThread->post(
      [this, folder, gpuBytes, context = QPointer(context), reply = std::move(reply)] {
        deliver<MemoryPlan>(context, reply, planModelMemory(folder, gpuBytes));
      });
}

void EngineClient::planDevices(const QString& folder, QObject* context,
                               Reply<DevicePlans> reply) {
  m_modelThread->post([this, folder, context = QPointer(context), reply = std::move(reply)] {
    deliver<DevicePlans>(context, reply, planOnDevices(folder));
  });
}

namespace {

/// What the thread that opens a model hands back.
struct Opened {
  ModelFacts facts;
  std::shared_ptr<leyden_model> handle;
  Failure failure;
};

struct OpenProgress {
  std::function<void(Progress)> tell;
  static void forward(const leyden_progress* progress, void* self) {
    static_cast<OpenProgress*>(self)->tell(toProgress(*progress));
  }
};

Opened openNow(QString folder, const QByteArray& device, leyden_store* store, leyden_cancel* cancel,
               std::function<void(Progress)> tell) {
  Opened opened;
  if (folder.isEmpty()) {
    const auto standard = defaultModelFolder();
    if (!standard) return {{}, nullptr, standard.failure};
    folder = *standard;
  }
  opened.facts = readModelFacts(folder);
  if (!opened.facts.isUsable()) {
    opened.failure = opened.facts.failure;
    return opened;
  }
  OpenProgress progress{std::move(tell)};
  leyden_model_options options = LEYDEN_MODEL_OPTIONS_INIT;
  options.on_progress = &OpenProgress::forward;
  options.user_data = &progress;
  options.cancel = cancel;
  options.store = store;
  options.device = device.constData();
  options.device_size = size_t(device.size());
  const QByteArray path = folder.toUtf8();
  const auto made = make<ModelHandle>([&](leyden_model** out, leyden_error** e) {
    return leyden_model_open(out, path.constData(), size_t(path.size()), &options, e);
  });
  if (!made) {
    opened.failure = made.failure;
    return opened;
  }
  opened.handle = *made;
  opened.facts.fingerprint = fingerprintOf(made->get());
  return opened;
}

}  // namespace

void EngineClient::closeModel() {
  cancelOpenModel();
  ++m_modelTicket;
  retireLanes();
  m_modelHandle.reset();
  m_model = {};
}

void EngineClient::enterSafeMode() {
  m_options.safe = true;
  m_modelWanted = false;
  closeModel();
  setModelState(ModelState::None);
  runWaiting();
}

void EngineClient::openModel(const QString& folder, const QString& device) {
  closeModel();
  m_model.folder = folder;
  m_device = device.isEmpty() ? QStringLiteral("cpu") : device;
  m_modelProgress = {};
  m_modelCancel = makeCancel();
  const quint64 ticket = m_modelTicket;
  setModelState(ModelState::Loading);
  m_modelThread->post([this, folder, device = m_device.toUtf8(), ticket, cancel = m_modelCancel,
                       jar = m_jar] {
    auto tell = [this, ticket](Progress progress) {
      QMetaObject::invokeMethod(
          this,
          [this, ticket, progress] {
            if (ticket != m_modelTicket) return;
            m_modelProgress = progress;
            emit modelProgressed();
          },
          Qt::QueuedConnection);
    };
    Opened opened = openNow(folder, device, jar ? jar->handle().get() : nullptr, cancel.get(), tell);
    QMetaObject::invokeMethod(
        this,
        [this, ticket, opened] {
          if (ticket != m_modelTicket) return;
          m_model = opened.facts;
          m_modelHandle = opened.handle;
          countDocumentUse();
          setModelState(opened.handle ? ModelState::Ready : ModelState::Failed, opened.failure);
          emit documentsChanged();
          runWaiting();
        },
        Qt::QueuedConnection);
  });
}

void EngineClient::cancelOpenModel() { leyden_cancel_request(m_modelCancel.get()); }

}  // namespace leyden::desktop
