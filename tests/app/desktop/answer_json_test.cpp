// SPDX-License-Identifier: Apache-2.0
// JSON of the C door becomes values; bytes become UTF-16 units.
#include "app/desktop/engine/answer_json.h"
#include "app/desktop/engine/device_plans.h"

#include <QTest>

#include "app/desktop/engine/model_facts.h"

using namespace leyden::desktop;

class AnswerJsonTest : public QObject {
  Q_OBJECT
 private slots:
  void bytesBecomeUnits() {
    const ByteToUtf16 units(QString::fromUtf8("aé中😀z"));  // 1 + 2 + 3 + 4 + 1 bytes
    QCOMPARE(units(0), 0);
    QCOMPARE(units(1), 1);
    QCOMPARE(units(2), 1);  // inside é
    QCOMPARE(units(3), 2);
    QCOMPARE(units(6), 3);
    QCOMPARE(units(8), 3);  // inside the pair
    QCOMPARE(units(10), 5);
    QCOMPARE(units(11), 6);
    QCOMPARE(units(99), 6);
    QCOMPARE(ByteToUtf16(QString())(0), 0);
  }

  void anAnswerIsRead() {
    const Message m = answerFromJson(R"({
      "text": "港口 closes at 18:00.", "thinking": "hm", "finish_reason": "stop", "message": 7,
      "usage": {"prompt_tokens": 120, "completion_tokens": 9, "reused_tokens": 100},
      "timing": {"prefill_s": 0.5, "decode_s": 0.25, "ttft_s": 0.6},
      "evidence": [{"document": 0, "title": "Harbour", "begin": 10, "end": 30, "reference": 3,
                    "share": 0.75, "quote": "The harbour closes"}],
      "sentences": [{"begin": 0, "end": 24, "evidence": [{"document": 0, "begin": 10, "end": 30,
                     "reference": null, "share": 0.5}]}],
      "quotes": [{"answer_begin": 7, "answer_end": 23, "document": 0, "title": "Harbour",
                  "begin": 12, "end": 28, "text": "closes at 18:00."}],
      "tool_calls": [{"type": "function", "function": {"name": "search", "arguments": "{}"}}],
      "malformed_calls": [{"text": "<call", "reason": "no name"}], "notices": ["a notice"]})");
    QCOMPARE(m.id, 7);
    QCOMPARE(m.role, Message::Role::Assistant);
    QCOMPARE(m.state, Message::State::Complete);
    QCOMPARE(m.timing.reusedTokens, 100);
    QCOMPARE(m.evidence.size(), 1);
    QCOMPARE(m.evidence[0].reference, 3);
    QCOMPARE(m.sentences[0].evidence[0].reference, -1);
    QCOMPARE(m.quotes[0].answer, (Span{3, 19}));
    QCOMPARE(m.text.mid(3, 16), QString("closes at 18:00."));
    QCOMPARE(m.toolCalls.size(), 2);
    QVERIFY(m.toolCalls[1].malformed);
    QCOMPARE(m.notices, QStringList{"a notice"});
  }

  void aPlanIsRead() {
    const MemoryPlan host = planFromJson(R"({"fits": false, "context": 4096, "max_context": 1024,
      "gpus": [], "host": {"memory_bytes": 100, "weights_bytes": 70, "kv_bytes": 40,
      "workspace_bytes": 5, "free_bytes": -15}, "advice": ["a smaller context"]})");
    QVERIFY(!host.fits);
    QCOMPARE(host.maxContext, 1024);
    QCOMPARE(host.advice, QStringList{"a smaller context"});
    QCOMPARE(host.bars.size(), 1);
    QCOMPARE(host.bars[0].gpu, -1);
    QCOMPARE(host.bars[0].total, 100);
    QCOMPARE(host.bars[0].kv, 40);
    const MemoryPlan two = planFromJson(R"({"fits": true, "host": null, "gpus": [{}, {}]})");
    QCOMPARE(two.bars.size(), 2);
    QCOMPARE(two.bars[1].gpu, 1);
    QVERIFY(planFromJson("[").bars.isEmpty());
  }

  void devicesAreRead() {
    const DevicePlans some = devicesFromJson(R"({"devices": [
      {"id": "cpu", "name": "CPU, avx512", "capability": null, "units": 8, "memory_bytes": 1000,
       "free_bytes": 600, "usable": true, "reason": null},
      {"id": "cuda:0", "name": "H100", "capability": "9.0", "units": 132, "memory_bytes": 80000,
       "free_bytes": 79000, "usable": true, "reason": null},
      {"id": "cuda:1", "name": "T4", "capability": "7.5", "units": 40, "memory_bytes": 16000,
       "free_bytes": 15000, "usable": false, "reason": "too old"}], "no_cuda": null})");
    QCOMPARE(some.rows.size(), 3);
    QVERIFY(some.noGpu.isEmpty());
    QVERIFY(!some.rows[0].device.isGpu() && some.rows[1].device.isGpu());
    QCOMPARE(some.rows[1].device.free, 79000);
    QVERIFY(some.rows[1].device.isUsable() && !some.rows[2].device.isUsable());
    QCOMPARE(some.find("cuda:1")->device.reason, QString("too old"));
    QVERIFY(some.find("cuda:7") == nullptr);
    QCOMPARE(devicesFromJson(R"({"devices": [], "no_cuda": "no driver"})").noGpu,
             QString("no driver"));
    QVERIFY(devicesFromJson("[").rows.isEmpty());
    PlanBar bar;
    bar.total = 100;
    bar.weights = 60;
    bar.taken = 40;
    QVERIFY(!bar.isOver());
    bar.kv = 1;
    QVERIFY(bar.isOver());
  }

  void whatIsNoJsonIsAnEmptyAnswer() {
    for (const char* json : {"", "[", "[]", "null", R"({"text": 7, "evidence": {}})"}) {
      const Message m = answerFromJson(json);
      QVERIFY(m.text.isEmpty() && m.evidence.isEmpty());
    }
  }
};

QTEST_GUILESS_MAIN(AnswerJsonTest)
#include "answer_json_test.moc"
