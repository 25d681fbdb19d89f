// SPDX-License-Identifier: Apache-2.0
// Draws the conversation and the page view as pictures, in both schemes and languages:
//   QT_QPA_PLATFORM=offscreen app_views_gallery FOLDER [leyden_zh_CN.qm]
// To look at while working on them; it tests nothing.
#include <QApplication>
#include <QDir>
#include <QTimer>
#include <QTranslator>

#include "app/desktop/pages/page_pane.h"
#include "app/desktop/pages/text_page_source.h"
#include "app/desktop/theme/theme.h"
#include "app/desktop/transcript/conversation_pane.h"
#include "app/desktop/transcript/message_list_view.h"
#include "app/desktop/transcript/prefill_panel.h"
#include "app/desktop/transcript/transcript_model.h"

using namespace leyden::desktop;

namespace {

const char* const kDocument = R"(# Harbour regulations

## 1. Opening hours

The harbour opens at five in the morning from April to September, and at seven from October to March. The harbour closes at six in the evening on every day of the year but the last.

Boats that arrive later wait at the outer buoy. The harbour master may let a boat in when the sea is rough; the master notes the hour and the reason in the day book.

## 2. Fees

A boat of up to eight metres pays two coins a night, a longer one pays five. Fees are paid at the white house beside the crane, before the boat leaves.

## 3. 安全

所有船只必须在日落前点亮航行灯。港口在晚上六点关闭，除了一年中的最后一天。
)";

EvidencePassage passage(const QString& document, const QString& words, double share,
                        int reference) {
  EvidencePassage p;
  p.document = 1;
  p.title = "Harbour regulations";
  p.reference = reference;
  p.share = share;
  p.quote = words;
  const auto at = document.indexOf(words);
  p.bytes = {document.left(at).toUtf8().size(), document.left(at + words.size()).toUtf8().size()};
  return p;
}

QVector<Message> conversation(const QString& document, bool chinese) {
  Message question;
  question.id = 1;
  question.role = Message::Role::User;
  question.text =
      chinese
          ? QStringLiteral("港口什么时候关闭？")
          : QStringLiteral("When does the harbour close, and what does a boat of ten metres pay?");
  question.createdMs = 1'790'000'000'000;
  question.siblings = {1, 8, 9};
  Message answer;
  answer.id = 2;
  answer.role = Message::Role::Assistant;
  answer.createdMs = 1'790'000'004'000;
  answer.siblings = {2};
  answer.thinking = "The user asks for two facts. Section 1 gives the hours, section 2 the fees.";
  const QString closes =
      "The harbour closes at six in the evening on every day of the year but the last.";
  const QString fees =
      "A boat of up to eight metres pays two coins a night, a longer one pays five.";
  answer.text =
      QStringLiteral("⟦3⟧ > ") + closes + QStringLiteral(R"(

It closes at **six in the evening**. A boat of ten metres pays *five coins* a night, because “)") +
      fees + QStringLiteral(R"(” One source says that “the harbour never sleeps at all in summer”.

### In short

1. Closing: `18:00`
   - on the last day of the year: later
2. Fee: five coins

| Length | Fee a night | Paid at |
|:--|--:|:--|
| up to 8 m | 2 | the white house beside the crane |
| longer | **5** | the same |

```python
def fee(metres: float) -> int:
    """Coins a night."""
    return 2 if metres <= 8 else 5  # section 2
```

> Boats that arrive later wait at the outer buoy.
)");
  answer.evidence = {passage(document, closes, 0.46, 3), passage(document, fees, 0.27, 5),
                     passage(document, "Boats that arrive later wait at the outer buoy.", 0.08, 4)};
  for (int i = 0; i < 2; ++i) {
    Quote q;
    const QString& words = i == 0 ? closes : fees;
    q.answer = {answer.text.indexOf(words), answer.text.indexOf(words) + words.size()};
    q.source = answer.evidence[i];
    answer.quotes.append(q);
  }
  answer.timing = {2100, 214, 1800, 0.4, 5.2, 0.62};
  answer.notices = {"The document was read once and is kept: 1,800 of 2,100 tokens were reused."};
  Message second = question;
  second.id = 3;
  second.siblings = {3};
  second.text = chinese ? QStringLiteral("夏天呢？") : QStringLiteral("And in summer?");
  Message cut;
  cut.id = 4;
  cut.role = Message::Role::Assistant;
  cut.state = Message::State::Interrupted;
  cut.siblings = {4, 5};
  cut.text = chinese
                 ? QStringLiteral("四月至九月，港口早上五点开放。")
                 : QStringLiteral("From April to September it opens at five in the morning, and");
  cut.toolCalls = {{"search_library", "{\"query\": \"summer hours\"}", "2 passages", false},
                   {"read_web", "{}", QString(), false}};
  return {question, answer, second, cut};
}

void settle(int ms = 250) {
  QEventLoop loop;
  QTimer::singleShot(ms, &loop, &QEventLoop::quit);
  loop.exec();
}

}  // namespace

int main(int argc, char** argv) {
  QApplication app(argc, argv);
  const QDir folder(argc > 1 ? argv[1] : ".");
  Theme theme(&app);
  const QString document = QString::fromUtf8(kDocument);
  for (const bool chinese : {false, true}) {
    QTranslator translator;
    if (chinese && (argc < 3 || !translator.load(QString::fromLocal8Bit(argv[2])))) break;
    if (chinese) app.installTranslator(&translator);
    for (const Scheme scheme : {Scheme::Light, Scheme::Dark}) {
      theme.setScheme(scheme);
      const QString suffix =
          QStringLiteral("-%1-%2.png")
              .arg(chinese ? "zh" : "en", scheme == Scheme::Light ? "light" : "dark");
      const auto messages = conversation(document, chinese);
      PagePane pages;
      pages.resize(760, 860);
      pages.setSource(
          std::make_shared<TextPageSource>("Harbour regulations",
                                           document + QString::fromUtf8(kDocument).repeated(12)),
          1);
      pages.setEvidence(messages[1].evidence);
      pages.setSideShown(true);
      pages.show();
      settle();
      pages.showSource(messages[1].evidence[1]);
      settle();
      pages.canvas()->select({0, 300}, {0, 420});
      settle();
      pages.grab().save(folder.filePath("pages" + suffix));
      ConversationPane pane;
      pane.resize(560, 900);
      pane.show();
      settle(50);
      pane.grab().save(folder.filePath("empty" + suffix));
      pane.setPlaceNames([&pages](const EvidencePassage& e) { return pages.placeOf(e); });
      pane.setMessages(messages);
      pane.list()->setPlace({0, 0, -20});
      settle();
      pane.grab().save(folder.filePath("top" + suffix));
      pane.list()->scrollToEnd();
      pane.list()->setFold(3, 0, true);
      settle();
      pane.grab().save(folder.filePath("end" + suffix));
      pane.showQuestion(chinese ? QStringLiteral("上网查一下。")
                                : QStringLiteral("Look it up on the web."));
      pane.beginAnswer();
      AnswerEvent prefill;
      prefill.kind = AnswerEvent::Kind::Prefill;
      prefill.progress = {"prefill", "tokens", 12400, 102400, 29};
      pane.apply({prefill});
      ApprovalRequest request;
      request.ticket = 1;
      request.name = "read_web";
      request.origin = "plugin web";
      request.arguments = "{\"url\": \"https://example.org/harbour\", \"max_bytes\": 200000}";
      request.network = true;
      pane.model()->setApproval(5, request);
      pane.composer()->setDraft("and then?");
      QMetaObject::invokeMethod(pane.composer()->edit(), "sendRequested");
      pane.composer()->setDraft(chinese ? QStringLiteral("写到一半的问题")
                                        : QStringLiteral("a question half written"));
      settle();
      pane.grab().save(folder.filePath("approval" + suffix));
    }
    app.removeTranslator(&translator);
  }
  return 0;
}
