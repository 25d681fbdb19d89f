// SPDX-License-Identifier: Apache-2.0
// Pages without a window: maps between bytes, pages and boxes, plain text as pages, finding,
// geometry.
#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QtTest>

#include "app/desktop/pages/evidence_map.h"
#include "app/desktop/pages/page_finder.h"
#include "app/desktop/pages/page_geometry.h"
#include "app/desktop/pages/page_side.h"
#include "app/desktop/pages/page_text_search.h"
#include "app/desktop/pages/stored_page_source.h"
#include "app/desktop/pages/text_page_source.h"

using namespace leyden::desktop;

namespace {

EvidencePassage passage(qint64 document, qint64 begin, qint64 end, double share) {
  EvidencePassage p;
  p.document = document;
  p.bytes = {begin, end};
  p.share = share;
  return p;
}

}  // namespace

class PageModelsTest : public QObject {
  Q_OBJECT
 private slots:
  void bytesFindTheirPages() {
    DocumentMap map;  // page 0: bytes 0-10, a gap, page 1: 12-20 (from its byte 3), page 2: 20-40
    map.add(0, {0, 10}, 0);
    map.add(1, {12, 20}, 3);
    map.add(2, {20, 40}, 0);
    map.add(7, {15, 18}, 0);  // goes back: ignored
    QCOMPARE(map.pageCount(), 3);
    QCOMPARE(map.pagesOf({2, 5}), (QVector<PageSpan>{{0, {2, 5}}}));
    QCOMPARE(map.pagesOf({8, 22}), (QVector<PageSpan>{{0, {8, 10}}, {1, {3, 11}}, {2, {0, 2}}}));
    QCOMPARE(map.pagesOf({10, 12}), QVector<PageSpan>());
    QCOMPARE(map.pagesOf({100, 120}), QVector<PageSpan>());
    QCOMPARE(map.pageOf(11), 0);
    QCOMPARE(map.pageOf(20), 2);
    QCOMPARE(map.bytesOfPage(1), (Span{12, 20}));
    QCOMPARE(map.documentSpan({1, {3, 5}}), (Span{12, 14}));
    QCOMPARE(DocumentMap().pageOf(3), -1);
  }

  void evidenceBecomesWarmth() {
    DocumentMap map;
    map.add(0, {0, 100}, 0);
    map.add(1, {100, 200}, 0);
    const EvidenceMap evidence(
        map, 5,
        {passage(5, 90, 110, 0.5), passage(5, 150, 160, 0.1), passage(6, 0, 10, 0.9),
         passage(5, 500, 510, 0.3), passage(5, 0, 10, 0)});
    QCOMPARE(evidence.pages(), (QVector<int>{0, 1}));
    QCOMPARE(evidence.onPage(0).size(), 1);
    QCOMPARE(evidence.onPage(1).size(), 2);
    QCOMPARE(evidence.outside(), 1);
    const auto warmth = evidence.warmth(20);
    QCOMPARE(warmth[9], 1.0f);
    QCOMPARE(warmth[10], 1.0f);
    QCOMPARE(warmth[15], 0.2f);
    QCOMPARE(warmth[0], 0.0f);
    QCOMPARE(EvidenceMap().warmth(3), (QVector<float>{0, 0, 0}));
  }

  void textPagesKeepEveryByte() {
    QString text = QStringLiteral("# Begin\n\n");
    for (int i = 0; i < 400; ++i)
      text +=
          QStringLiteral("Line %1 with Grüße, 港口, 😀 and some more words to fill it.\n").arg(i);
    text += QStringLiteral("\f# End\nlast");
    TextPageSource source("t", text);
    QVERIFY(source.pageCount() > 5);
    QCOMPARE(source.facts().outline.size(), 1);  // a form feed is part of the last heading's line
    QString joined;
    const QByteArray utf8 = text.toUtf8();
    for (int page = 0; page < source.pageCount(); ++page) {
      const auto t = source.text(page);
      QVERIFY(bool(t));
      joined += t->text;
      const Span bytes = source.map().bytesOfPage(page);
      QCOMPARE(utf8.mid(bytes.begin, bytes.end - bytes.begin), t->text.toUtf8());
      const QByteArray pageUtf8 = t->text.toUtf8();
      for (const PageWord& w : t->words) {
        const QString word = t->text.mid(w.text.begin, w.text.end - w.text.begin);
        QCOMPARE(QString::fromUtf8(pageUtf8.mid(w.bytes.begin, w.bytes.end - w.bytes.begin)), word);
        QVERIFY(QRectF(0, 0, TextPageSource::kWidth, TextPageSource::kHeight).contains(w.rect));
      }
      QCOMPARE(unitsOf(*t, t->words.last().bytes), t->words.last().text);
      QCOMPARE(bytesOf(*t, t->words.last().text), t->words.last().bytes);
    }
    QCOMPARE(joined, text);
    const auto image = source.image(0, 1.5);
    QVERIFY(bool(image));
    QCOMPARE(image->width(), int(std::ceil(TextPageSource::kWidth * 1.5)));
  }

  void partsBeginPages() {
    const QString lines = QStringLiteral("A line of the second part.\n").repeated(90);
    const QStringList parts{QStringLiteral("# First"), lines, QString(), QStringLiteral("# 三")};
    const JoinedParts joined = joinParts(parts);
    TextPageSource source("t", joined);
    QString text;
    int blank = 0;
    for (int page = 0; page < source.pageCount(); ++page) {
      const auto t = source.text(page);
      QVERIFY(bool(t));
      blank += t->text.trimmed().isEmpty() ? 1 : 0;
      text += t->text;
    }
    QCOMPARE(text, joined.text);
    QCOMPARE(blank, 1);  // of the part without words
    const auto pageOfPart = [&](int part) {
      return source.map().pageOf(joined.map.bytesOfPage(part).begin);
    };
    QCOMPARE(pageOfPart(0), 0);
    QCOMPARE(pageOfPart(1), 1);
    QVERIFY(pageOfPart(3) > 2);  // the second needs more than one
    QVERIFY(source.text(1)->text.startsWith("A line"));
    QVERIFY(source.text(pageOfPart(3))->text.startsWith(QStringLiteral("# 三")));
    QCOMPARE(source.facts().outline.size(), 2);
    QCOMPARE(source.facts().outline[1].page, pageOfPart(3));
  }

  void storedPagesNeedNoFile() {
    const QStringList parts{QStringLiteral("Grüße aus 港口"), QStringLiteral("second page")};
    const QByteArray map = R"({"pages": [
      {"width": 200, "height": 100, "words": [0, 7, 10, 10, 60, 22,  8, 11, 65, 10, 90, 22,  12, 18, 95, 10, 130, 22]},
      {"width": 200, "height": 100, "words": [0, 6, 10, 10, 60, 22,  3, 5, 0, 0, 9, 9,  7, 900, 65, 10, 9e9, 22,  "x", {}, 1]}],
      "outline": [{"title": "One", "page": 0, "level": 0}, {"title": "Gone", "page": 7, "level": 0}]})";
    const PageMapText layout(map);
    QVERIFY(StoredPageSource::hasLayout(layout, 2));
    QVERIFY(!StoredPageSource::hasLayout(layout, 3));
    StoredPageSource source({}, parts, layout, nullptr);
    QCOMPARE(source.pageCount(), 2);
    QCOMPARE(source.facts().outline.size(), 1);
    const auto first = source.text(0);
    QCOMPARE(first->words.size(), 3);
    QCOMPARE(first->text.mid(first->words[2].text.begin, 99), QStringLiteral("港口"));
    QCOMPARE(source.text(1)->words.size(),
             2);  // the one that goes back is dropped, the one too long is cut
    QCOMPARE(source.map().bytesOfPage(1),
             (Span{parts[0].toUtf8().size() + 2, parts[0].toUtf8().size() + 13}));
    const auto drawn = source.image(0, 2);
    QCOMPARE(drawn->size(), QSize(400, 200));
    bool ink = false;
    for (int x = 20; x < 120; ++x)
      for (int y = 20; y < 44; ++y) ink = ink || drawn->pixelColor(x, y).lightness() < 128;
    QVERIFY(ink);
    // A picture that fails is replaced, one that comes is taken.
    StoredPageSource broken({}, parts, layout, [](int, double) {
      return Outcome<QImage>(Failure{-7, "gone"});
    });
    QVERIFY(bool(broken.image(0, 1)));
    StoredPageSource whole({}, parts, layout, [](int, double) {
      QImage red(3, 3, QImage::Format_RGB32);
      red.fill(Qt::red);
      return Outcome<QImage>(red);
    });
    QCOMPARE(whole.image(0, 1)->pixelColor(1, 1), QColor(Qt::red));
  }

  void whatIsNoPageMapHasNoPages_data() {
    QTest::addColumn<QByteArray>("json");
    for (const char* json :
         {"", "null", "{}", "not JSON", "[", "{\"pages\": [", "{\"pages\": [{\"width\": 1",
          "{\"pages\": [{\"width\": 1, \"words\": [1, 2}]}", "{\"pages\": 7}", "{\"pages\" [1]}",
          "{\"pages\": [{\"a\\\"b", "{\"pages\": [1, 2]}", "{\"pages\": [{}],}"})
      QTest::newRow(json) << QByteArray(json);
    QTest::newRow("deep") << "{\"pages\": [{\"words\": " + QByteArray(100'000, '[') + "}]}";
  }
  void whatIsNoPageMapHasNoPages() {
    QFETCH(const QByteArray, json);
    const PageMapText map(json);
    QVERIFY(!StoredPageSource::hasLayout(map, 1));
    QVERIFY(!StoredPageSource::hasLayout(map, 0));
    QVERIFY(map.outline().isEmpty());
  }

  void aPageMapIsReadAsItIsNeeded() {
    const PageMapText map(
        " {\"x\": \"}]\\\"\", \"outline\": [{\"title\": \"Ä\", \"page\": 1, \"level\": 2}],\n"
        "\"pages\" : [ {\"words\":[0,3,1.5,2,9e0,12] , \"width\":100,\"height\":5e1},"
        "{\"height\": -4, \"width\": 9, \"more\": {\"words\": [[1], {}]}} ] } ");
    QCOMPARE(map.pageCount(), 2);
    QCOMPARE(map.size(0), QSizeF(100, 50));
    QVERIFY(map.size(1).isEmpty());
    QCOMPARE(map.words(0), (QVector<double>{0, 3, 1.5, 2, 9, 12}));
    QVERIFY(map.words(1).isEmpty());
    QCOMPARE(map.outline().size(), 1);
    QCOMPARE(map.outline()[0].title, QStringLiteral("Ä"));
  }

  void strangeTextsHavePagesToo_data() {
    QTest::addColumn<QString>("text");
    QTest::newRow("nothing") << QString();
    QTest::newRow("a line feed") << QStringLiteral("\n");
    QTest::newRow("1 MB line") << QStringLiteral("word ").repeated(200000);
    QTest::newRow("1 MB without a space") << QStringLiteral("x").repeated(1 << 20);
    QTest::newRow("right to left") << QStringLiteral("שלום עולם مرحبا\n").repeated(200);
    QTest::newRow("zero width and marks")
        << QStringLiteral("e\u0301\u200b\u200d\ufeff\u202e").repeated(3000);
    QTest::newRow("lone surrogates") << QString(5000, QChar(0xd800));
    QTest::newRow("form feeds") << QStringLiteral("\f\n").repeated(50);
  }
  void strangeTextsHavePagesToo() {
    QFETCH(QString, text);
    QElapsedTimer clock;
    clock.start();
    TextPageSource source("t", text);
    QVERIFY(source.pageCount() >= 1);
    qsizetype units = 0;
    for (int p = 0; p < source.pageCount(); ++p) {
      const auto page = source.text(p);
      QVERIFY(bool(page));
      units += page->text.size();
      if (p > 50) break;
    }
    QVERIFY(bool(source.image(source.pageCount() - 1, 0.5)));
    if (source.pageCount() <= 50) QCOMPARE(units, text.size());
    qInfo("%d pages in %lld ms", source.pageCount(), clock.elapsed());
    QVERIFY(clock.elapsed() < 8000);
  }

  void foldedTextIgnoresHowLinesBreak() {
    const QString text = QStringLiteral("The har-\nbour  CLOSES\nat “six”, so\u00adft.");
    const auto found = [&](const QString& needle) {
      QStringList out;
      for (const Span& s : FoldedText(text).find(FoldedText(needle)))
        out.append(text.mid(s.begin, s.end - s.begin));
      return out;
    };
    QCOMPARE(found("the harbour"), QStringList("The har-\nbour"));
    QCOMPARE(found("harbour closes at \"six\""),
             QStringList(QStringLiteral("har-\nbour  CLOSES\nat “six”")));
    QCOMPARE(found("soft"), QStringList(QStringLiteral("so\u00adft")));
    QVERIFY(found("nowhere").isEmpty());
    QVERIFY(found("  ").isEmpty());
  }

  void boxesOfALineAreOne() {
    PageText page;
    page.text = "one two three";
    page.words = {{{0, 3}, {0, 3}, {0, 0, 30, 10}},
                  {{4, 7}, {4, 7}, {35, 0, 30, 10}},
                  {{8, 13}, {8, 13}, {0, 20, 50, 10}}};
    QCOMPARE(lineBoxes(page, {0, 13}), (QVector<QRectF>{{0, 0, 65, 10}, {0, 20, 50, 10}}));
    QCOMPARE(lineBoxes(page, {5, 6}).size(), 1);
    QCOMPARE(lineBoxes(page, {5, 6})[0].left(), 45.0);
    QCOMPARE(lineBoxes(page, {3, 4}).size(), 0);
  }

  void pagesLieInAColumn() {
    PageGeometry g;
    g.setViewport({800, 600});
    g.setSizes(QVector<QSizeF>(100, {600, 800}));
    QCOMPARE(g.fit(), Fit::Width);
    QVERIFY(std::abs(g.page(0).width() - (800 - 2 * PageGeometry::kMargin)) < 0.01);
    for (int i = 0; i < 100; ++i) QCOMPARE(g.pageAt(g.page(i).center().y()), i);
    QCOMPARE(g.between(g.page(10).top() + 1, g.page(11).top() + 1), (QVector<int>{10, 11}));
    g.setFit(Fit::Page);
    QVERIFY(g.page(0).height() <= 600);
    g.setZoom(100);
    QCOMPARE(g.zoom(), PageGeometry::kMaxZoom);
    QVERIFY(g.setSize(3, {300, 300}));
    QVERIFY(!g.setSize(3, {300, 300}));
    QVERIFY(!g.setSize(-1, {300, 300}));
    QCOMPARE(PageGeometry().pageAt(3), -1);
  }

  void finderReadsPageAfterPage() {
    QString text;
    for (int i = 0; i < 600; ++i)
      text += i % 100 == 7 ? QStringLiteral("the needle\nhere\n")
                           : QStringLiteral("hay and more hay\n");
    PageLoader loader(std::make_shared<TextPageSource>("t", text));
    PageFinder finder(&loader);
    finder.setQuery("Needle here", 3);
    QTRY_VERIFY(!finder.isSearching());
    QCOMPARE(finder.total(), 6);
    QVERIFY(finder.match().page >= 3);
    const int first = finder.current();
    finder.next();
    QCOMPARE(finder.current(), first + 1);
    for (int i = 0; i < 5; ++i) finder.next();
    QCOMPARE(finder.current(), first);  // once around
    finder.previous();
    QCOMPARE(finder.current(), (first + 5) % 6);
    finder.setQuery("not there", 0);
    QTRY_VERIFY(!finder.isSearching());
    QCOMPARE(finder.total(), 0);
    QCOMPARE(finder.current(), -1);
  }

  void thumbnailsAreAModel() {
    PageLoader loader(
        std::make_shared<TextPageSource>("t", QStringLiteral("line\n").repeated(300)));
    ThumbnailModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setLoader(&loader);
    QCOMPARE(model.rowCount(), loader.source().pageCount());
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    QVERIFY(!model.index(1).data(Qt::DecorationRole).value<QPixmap>().isNull());
    QTRY_VERIFY(changed.count() > 0);
    model.setLoader(nullptr);
    QCOMPARE(model.rowCount(), 0);
  }
};

QTEST_MAIN(PageModelsTest)
#include "page_models_test.moc"
