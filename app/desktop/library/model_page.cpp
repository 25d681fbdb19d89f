// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/library/model_page.h"

#include <QCoreApplication>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <utility>

#include "app/desktop/controls/engine_text.h"
#include "app/desktop/engine/engine_client.h"
#include "app/desktop/library/device_rows.h"
#include "app/desktop/library/plan_bars.h"
#include "app/desktop/models/gpu_list.h"
#include "app/desktop/models/session_list_model.h"
#include "app/desktop/settings/app_settings.h"
#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme_tokens.h"

namespace leyden::desktop {
namespace {

constexpr auto kFoldersKey = "model_folders";
constexpr auto kDeviceKey = "model/device";
constexpr int kLiveMs = 2000;

struct PlanTexts {
  Q_DECLARE_TR_FUNCTIONS(leyden::desktop::ModelPage)
};

/// Whether a session of the model's longest context fits, and what would help.
QString verdictOf(const MemoryPlan& plan) {
  const QLocale locale;
  QStringList verdict;
  if (plan.fits)
    verdict << PlanTexts::tr("One session of %1 tokens fits.").arg(locale.toString(plan.context));
  else if (plan.maxContext > 0)
    verdict << PlanTexts::tr("One session of %1 tokens does not fit; one of %2 does.")
                   .arg(locale.toString(plan.context), locale.toString(plan.maxContext));
  else
    verdict << PlanTexts::tr("It does not fit.");
  if (!plan.fits) verdict << engineTexts(plan.advice);
  return verdict.join(' ');
}

enum Fact { Architecture, Format, Size, Context, KvCost, Fingerprint, Licence, Folder, Facts };

}  // namespace

ModelPage::ModelPage(EngineClient* client, AppSettings* settings, QWidget* parent)
    : Place(space::kReading + 240, parent),
      m_client(client),
      m_settings(settings),
      m_folders(settings->state(kFoldersKey).toStringList()),
      m_list(new QListWidget),
      m_add(new QPushButton),
      m_forget(new QPushButton),
      m_open(new QPushButton),
      m_cancel(new QPushButton),
      m_name(new QLabel),
      m_devicesLabel(new QLabel),
      m_deviceRows(new DeviceRows),
      m_deviceVerdict(new QLabel),
      m_gpus(new QLineEdit),
      m_gpusLabel(new QLabel),
      m_bars(new PlanBars(true)),
      m_verdict(new QLabel),
      m_failure(new QLabel),
      m_progress(new QProgressBar),
      m_progressText(new QLabel) {
  setObjectName("modelPage");
  auto* columns = new QHBoxLayout;
  columns->setSpacing(space::kThree);
  auto* left = new QVBoxLayout;
  left->setSpacing(space::kOne);
  m_list->setObjectName("modelList");
  m_list->setFixedWidth(240);
  m_list->setMinimumHeight(240);
  m_add->setObjectName("modelAdd");
  m_add->setIcon(icon("folder"));
  m_forget->setObjectName("modelForget");
  m_forget->setProperty("role", "quiet");
  left->addWidget(m_list, 1);
  left->addWidget(m_add);
  left->addWidget(m_forget);
  columns->addLayout(left);

  auto* card = new Card;
  QVBoxLayout* facts = card->content();
  facts->addWidget(m_name);
  auto* form = new QFormLayout;
  form->setHorizontalSpacing(space::kThree);
  form->setVerticalSpacing(space::kOne);
  for (int i = 0; i < Facts; ++i) {
    auto* label = new QLabel;
    auto* value = new QLabel;
    label->setProperty("role", "muted");
    value->setTextInteractionFlags(Qt::TextSelectableByMouse);
    value->setWordWrap(true);
    value->setMinimumWidth(320);
    form->addRow(label, value);
    m_rows.append(std::pair(label, value));
  }
  m_rows[Fingerprint].second->setFont(codeFont(TextSize::Small));
  facts->addLayout(form);
  facts->addSpacing(space::kOne);
  m_devicesLabel->setProperty("role", "muted");
  facts->addWidget(m_devicesLabel);
  facts->addWidget(m_deviceRows);
  facts->addWidget(m_deviceVerdict);
  m_deviceVerdict->setObjectName("deviceVerdict");
  m_deviceVerdict->setWordWrap(true);
  facts->addSpacing(space::kOne);
  auto* planFor = new QHBoxLayout;
  planFor->setSpacing(space::kOne);
  m_gpus->setObjectName("planGpus");
  m_gpus->setMinimumWidth(240);
  m_gpusLabel->setProperty("role", "muted");
  m_gpusLabel->setBuddy(m_gpus);
  planFor->addWidget(m_gpusLabel);
  planFor->addWidget(m_gpus, 1);
  planFor->addStretch(1);
  facts->addLayout(planFor);
  facts->addWidget(m_verdict);
  facts->addWidget(m_bars);
  m_verdict->setWordWrap(true);
  m_failure->setObjectName("modelFailure");
  m_failure->setProperty("role", "danger");
  m_failure->setWordWrap(true);
  m_failure->setTextInteractionFlags(Qt::TextSelectableByMouse);
  facts->addWidget(m_failure);
  facts->addWidget(m_progressText);
  facts->addWidget(m_progress);
  m_progressText->setObjectName("modelProgressText");
  m_progressText->setTextFormat(Qt::PlainText);  // it has the name of a file
  m_progressText->setProperty("role", "muted");
  m_progressText->setWordWrap(true);
  m_progress->setTextVisible(false);
  m_progress->setRange(0, 1000);
  auto* buttons = new QHBoxLayout;
  m_open->setObjectName("modelOpen");
  m_open->setProperty("role", "primary");
  m_cancel->setObjectName("modelCancel");
  buttons->addWidget(m_open);
  buttons->addWidget(m_cancel);
  buttons->addStretch(1);
  facts->addSpacing(space::kOne);
  facts->addLayout(buttons);
  facts->addStretch(1);
  columns->addWidget(card, 1);
  content()->addLayout(columns);
  content()->addStretch(1);

  connect(m_add, &QPushButton::clicked, this, &ModelPage::askForFolder);
  connect(m_forget, &QPushButton::clicked, this, [this] {
    m_folders.removeAll(chosen());
    m_settings->setState(kFoldersKey, m_folders);
    listFolders();
  });
  connect(m_open, &QPushButton::clicked, this, [this] {
    m_settings->setState("model_folder", chosen());
    m_client->openModel(chosen(), chosenDevice());
  });
  connect(m_cancel, &QPushButton::clicked, m_client, &EngineClient::cancelOpenModel);
  connect(m_list, &QListWidget::currentRowChanged, this, &ModelPage::choose);
  connect(m_deviceRows, &DeviceRows::deviceChosen, this,
          [this](const QString& id) { m_settings->set(kDeviceKey, id); });
  connect(m_gpus, &QLineEdit::editingFinished, this,
          [this] { m_settings->set("model/gpus", m_gpus->text().trimmed()); });
  connect(m_settings, &AppSettings::changed, this, [this](const QString& key) {
    if (key == kDeviceKey) showFacts();
    if (key != "model/gpus") return;
    m_plans.clear();
    m_gpus->setText(m_settings->value(key).toString());
    askPlan();
    showFacts();
  });
  connect(m_client, &EngineClient::modelChanged, this, [this] {
    if (!m_client->model().name.isEmpty()) m_facts[m_client->model().folder] = m_client->model();
    listFolders();
    askDevices();
    showFacts();
  });
  connect(m_client, &EngineClient::modelProgressed, this, &ModelPage::showState);
  m_live.setInterval(kLiveMs);
  connect(&m_live, &QTimer::timeout, this, [this] { isVisible() ? askDevices() : m_live.stop(); });
  ModelPage::retranslate();
}

QString ModelPage::chosenDevice() const { return m_settings->value(kDeviceKey).toString(); }

QString ModelPage::chosen() const {
  const QListWidgetItem* item = m_list->currentItem();
  return item == nullptr ? QString() : item->data(Qt::UserRole).toString();
}

void ModelPage::askForFolder() {
  const QString folder = QFileDialog::getExistingDirectory(this, tr("Folder of a model"));
  if (!folder.isEmpty()) addFolder(folder);
}

void ModelPage::addFolder(const QString& folder) {
  if (!m_folders.contains(folder)) m_folders.append(folder);
  m_settings->setState(kFoldersKey, m_folders);
  listFolders();
  for (int row = 0; row < m_list->count(); ++row)
    if (m_list->item(row)->data(Qt::UserRole) == folder) m_list->setCurrentRow(row);
}

void ModelPage::listFolders() {
  const QString before = chosen();
  QStringList all = m_folders;
  const QString open = m_client->model().folder;
  if (!open.isEmpty() && !all.contains(open)) all.prepend(open);
  const QSignalBlocker quiet(m_list);  // the one shown stays so while the list is made anew
  m_list->clear();
  for (const auto& folder : std::as_const(all)) {
    auto* item =
        new QListWidgetItem(folder.section('/', -1, -1, QString::SectionSkipEmpty), m_list);
    item->setData(Qt::UserRole, folder);
    item->setToolTip(folder);
    const bool ready = folder == open && m_client->modelState() == ModelState::Ready;
    item->setIcon(ready ? icon("check", IconTone::Good) : icon("chip"));
    item->setSizeHint({0, space::kFour + space::kHalf});
    if (folder == before) m_list->setCurrentItem(item);
  }
  if (m_list->currentRow() < 0 && m_list->count() > 0) m_list->setCurrentRow(0);
  if (chosen() != before) choose();
}

void ModelPage::choose() {
  const QString folder = chosen();
  if (!folder.isEmpty() && !m_facts.contains(folder))
    m_client->inspectModel(folder, this, [this, folder](const Outcome<ModelFacts>& facts) {
      m_facts[folder] = *facts;
      showFacts();
    });
  m_devices.rows.clear();
  askPlan();
  askDevices();
  showFacts();
}

/// Free memory, temperature and power are as they are now, so this is asked anew while the page is
/// looked at.
void ModelPage::askDevices() {
  if (!isVisible() || std::exchange(m_asking, true)) return;
  const QString folder = chosen();
  m_client->planDevices(folder, this, [this, folder](const Outcome<DevicePlans>& plans) {
    m_asking = false;
    if (folder != chosen()) return askDevices();  // another was chosen meanwhile
    if (!plans) return;
    m_devices = *plans;
    showFacts();
  });
}

void ModelPage::showEvent(QShowEvent* event) {
  Place::showEvent(event);
  askDevices();
  m_live.start();
}

void ModelPage::askPlan() {
  const QString folder = chosen(), written = m_settings->value("model/gpus").toString();
  const auto gpus = gpuBytes(written);
  if (folder.isEmpty() || m_plans.contains(folder) || !gpus || gpus->isEmpty()) return;
  m_client->planModel(
      folder, *gpus, this, [this, folder, written](const Outcome<MemoryPlan>& plan) {
        if (!plan || written != m_settings->value("model/gpus").toString()) return;
        m_plans[folder] = *plan;  // what is wrong with a folder is said by its facts
        showFacts();
      });
}

void ModelPage::showFacts() {
  const QLocale locale;
  const ModelFacts f = m_facts.value(chosen());
  m_name->setText(f.name.isEmpty() ? chosen().section('/', -1) : f.name);
  auto set = [this](Fact fact, const QString& text) {
    m_rows[fact].first->setVisible(!text.isEmpty());
    m_rows[fact].second->setVisible(!text.isEmpty());
    m_rows[fact].second->setText(text);
  };
  auto some = [](qint64 number, const QString& text) { return number > 0 ? text : QString(); };
  set(Architecture,
      some(f.layers,
           f.experts > 0
               ? tr("%1, %2 layers, %3 experts").arg(f.architecture).arg(f.layers).arg(f.experts)
               : tr("%1, %2 layers").arg(f.architecture).arg(f.layers)));
  set(Format, f.format);
  set(Size,
      some(f.bytes, tr("%1, %2 parameters")
                        .arg(sizeText(f.bytes),
                             f.parameters >= 1'000'000'000
                                 ? locale.toString(double(f.parameters) / 1e9, 'f', 1) + " B"
                                 : locale.toString(double(f.parameters) / 1e6, 'f', 1) + " M")));
  set(Context, some(f.maxContext, tr("%1 tokens").arg(locale.toString(f.maxContext))));
  set(KvCost,
      some(f.kvBytesPerToken, tr("%1 for 1,000 tokens").arg(sizeText(f.kvBytesPerToken * 1000))));
  set(Fingerprint, f.fingerprint == "not computed" ? tr("computed while opening") : f.fingerprint);
  set(Licence, f.name.isEmpty()      ? QString()
               : f.licence.isEmpty() ? tr("no licence file in the folder")
                                     : f.licence);
  set(Folder, chosen());
  showPlan();
  showState();
}

void ModelPage::showPlan() {
  m_deviceRows->setPlans(m_devices, chosenDevice());
  const DevicePlans::Row* device = m_devices.find(chosenDevice());
  const bool planned = device != nullptr && !device->plan.bars.isEmpty();
  m_deviceVerdict->setVisible(planned);
  if (planned) m_deviceVerdict->setText(verdictOf(device->plan));
  const MemoryPlan plan = m_plans.value(chosen());
  m_bars->setPlan(plan);
  const bool understood = gpuBytes(m_settings->value("model/gpus").toString()).has_value();
  m_verdict->setText(understood ? verdictOf(plan)
                                : tr("GPUs are written as 8x141GB, or 2x80GB+48GB."));
  m_verdict->setVisible(!understood || !plan.bars.isEmpty());
}

void ModelPage::showState() {
  const QString folder = chosen();
  const ModelFacts f = m_facts.value(folder);
  const bool current = folder == m_client->model().folder;
  const bool loading = current && m_client->modelState() == ModelState::Loading;
  const Failure failure = current && m_client->modelState() == ModelState::Failed
                              ? m_client->modelFailure()
                              : f.failure;
  m_failure->setVisible(failure.code != 0);
  m_failure->setText(failure.isCancelled() ? tr("Opening was stopped.")
                                           : failureText(failure.code, failure.message));
  m_progress->setVisible(loading);
  m_progressText->setVisible(loading);
  m_cancel->setVisible(loading);
  if (loading) {
    const Progress p = m_client->modelProgress();
    m_progress->setValue(int(p.share() * 1000));
    QString text =
        tr("Reading weights: %1 of %2").arg(sizeText(qint64(p.done)), sizeText(qint64(p.total)));
    if (p.etaS >= 1) text += QStringLiteral(" · ") + tr("%n second(s) left", nullptr, int(p.etaS));
    if (!p.file.isEmpty()) {
      text += QStringLiteral(" · ") +
              tr("file %1 of %2: %3").arg(p.fileNumber).arg(p.fileCount).arg(p.file);
    }
    m_progressText->setText(p.total > 0 ? text : tr("Looking at the files"));
    m_progress->setAccessibleName(m_progressText->text());
  }
  const bool ready = current && m_client->modelState() == ModelState::Ready;
  const bool moves = ready && chosenDevice() != m_client->device();
  const DevicePlans::Row* device = m_devices.find(chosenDevice());
  const bool usable = m_devices.rows.isEmpty() || (device != nullptr && device->device.isUsable());
  m_open->setVisible(!loading);
  m_open->setEnabled(!folder.isEmpty() && (!ready || moves) && usable && f.isUsable());
  m_open->setText(moves                          ? tr("Open it on this device")
                  : ready                          ? tr("This model is open")
                  : current && failure.code != 0 ? tr("Try again")
                                                 : tr("Open this model"));
  m_forget->setEnabled(m_folders.contains(folder) && !ready);
}

void ModelPage::retranslate() {
  setTexts(tr("Models"),
           tr("Folders with a published DeepSeek-V3.2 checkpoint, as they are. Nothing is "
              "downloaded."));
  m_add->setText(tr("Add a folder…"));
  m_forget->setText(tr("Forget this folder"));
  m_cancel->setText(tr("Stop"));
  m_list->setAccessibleName(tr("Models"));
  m_devicesLabel->setText(tr("Compute on"));
  m_gpusLabel->setText(tr("Plan for another computer"));
  m_gpus->setAccessibleName(tr("GPUs to plan for"));
  m_gpus->setPlaceholderText(tr("its GPUs, e.g. 8x141GB"));
  m_gpus->setText(m_settings->value("model/gpus").toString());
  const QStringList labels{tr("Network"), tr("Weights"),     tr("Size"),    tr("Context"),
                           tr("Memory"),  tr("Fingerprint"), tr("Licence"), tr("Folder")};
  for (int i = 0; i < Facts; ++i) m_rows[i].first->setText(labels[i]);
  m_name->setFont(uiFont(TextSize::Large, QFont::DemiBold));
  listFolders();
  showFacts();
}

}  // namespace leyden::desktop
