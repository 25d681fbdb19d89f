// SPDX-License-Identifier: Apache-2.0
// The page view as a reader uses it.
#include "app/desktop/pages/page_pane.h"

#include <QAccessible>
#include <QClipboard>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QToolButton>
#include <QTreeWidget>
#include <QtTest>

#include "app/desktop/pages/page_canvas.h"
#include "app/desktop/pages/text_page_source.h"
#include "app/desktop/theme/theme.h"

using namespace leyden::desktop;

namespace {

QString book(int lines) {
  QString text;
  for (int i = 0; i < lines; ++i)
    text += QStringLiteral("Line %1 speaks of the harbour and of its gate.\n").arg(i);
  return text;
}

EvidencePassage passage(const QString& text, const QString& words) {
  EvidencePassage p;
  p.document = 1;
  p.quote = words;
  p.share = 0.4;
  const auto at = text.indexOf(words);
  p.bytes = {text.left(at).toUtf8().size(), text.left(at).toUtf8().size() + words.toUtf8().size()};
  return p;
}

struct Shown {
  QString text = book(2000);
  PagePane pane;
  Shown() {
    pane.resize(700, 800);
    pane.show();
    pane.setSource(std::make_shared<TextPageSource>("book", text), 1);
  }
  PageCanvas* canvas() { return pane.canvas(); }
};

}  // namespace

class PagePaneTest : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { m_theme = new Theme(qApp); }

  void firstPageComesSoon() {
    auto source = std::make_shared<TextPageSource>("book", book(45'000));  // about 1,000 pages
    QVERIFY(source->pageCount() > 900);
    PagePane pane;
    pane.resize(700, 800);
    pane.show();
    QElapsedTimer clock;
    clock.start();
    pane.setSource(source, 1);
    QTRY_VERIFY(pane.canvas()->imageBytes() > 0);
    qInfo("first of %d pages after %lld ms", source->pageCount(), clock.elapsed());
    QVERIFY(clock.elapsed() < 2000);
  }

  void imagesStayInTheBudget() {
    Shown s;
    for (int page = 0; page < s.canvas()->pageCount(); page += 2) {
      s.canvas()->goToPage(page);
      QTest::qWait(5);
    }
    QVERIFY(s.canvas()->imageBytes() <= PageCanvas::kImageBudget);
  }

  void citationIsMarkedExactly() {
    Shown s;
    const EvidencePassage p = passage(s.text, "Line 1234 speaks of the harbour");
    s.pane.showSource(p);
    const int page = s.pane.source()->map().pageOf(p.bytes.begin);
    QTRY_COMPARE(s.canvas()->currentPage(), page);
    QTRY_VERIFY(s.canvas()->pageText(page) != nullptr);
    QCoreApplication::processEvents();
    QVERIFY(!s.pane.findChild<QLabel*>("pageNotice")->isVisible());
    QCOMPARE(s.pane.placeOf(p), QStringLiteral("p. %1").arg(page + 1));
  }

  void whatIsMovedIsFoundAndWhatIsGoneIsSaid() {
    Shown s;
    EvidencePassage moved = passage(s.text, "Line 700 speaks of the harbour");
    moved.bytes.begin += 40;
    moved.bytes.end += 40;  // the source's bytes are a little off
    s.pane.showSource(moved);
    auto* notice = s.pane.findChild<QLabel*>("pageNotice");
    QTest::qWait(150);
    QVERIFY(!notice->isVisible());
    EvidencePassage gone = passage(s.text, "Line 700 speaks of the harbour");
    gone.quote = "words that stand nowhere in this book";
    s.pane.showSource(gone);
    QTRY_VERIFY(notice->isVisible());
    EvidencePassage outside = gone;
    outside.bytes = {10'000'000, 10'000'010};
    s.pane.showSource(outside);
    QVERIFY(notice->isVisible());
  }

  void evidenceIsWalkedPageByPage() {
    Shown s;
    const auto first = passage(s.text, "Line 300 speaks"),
               second = passage(s.text, "Line 1500 speaks");
    s.pane.setEvidence({second, first});
    auto* next = s.pane.findChild<QToolButton*>("nextEvidence");
    QVERIFY(next->isEnabled());
    QTest::mouseClick(next, Qt::LeftButton);
    QCOMPARE(s.canvas()->currentPage(), s.pane.source()->map().pageOf(first.bytes.begin));
    QTest::keyClick(s.canvas(), Qt::Key_F8);
    QCOMPARE(s.canvas()->currentPage(), s.pane.source()->map().pageOf(second.bytes.begin));
    QTest::keyClick(s.canvas(), Qt::Key_Left, Qt::AltModifier);
    QCOMPARE(s.canvas()->currentPage(), s.pane.source()->map().pageOf(first.bytes.begin));
    QTest::keyClick(s.canvas(), Qt::Key_Right, Qt::AltModifier);
    QCOMPARE(s.canvas()->currentPage(), s.pane.source()->map().pageOf(second.bytes.begin));
    s.pane.setEvidence({});
    QVERIFY(!next->isEnabled());
  }

  void theOutlineGoesToItsPage() {
    PagePane pane;
    pane.resize(700, 800);
    pane.show();
    const QStringList parts{"# One\n" + book(80), "# Two\n" + book(80)};
    pane.setSource(std::make_shared<TextPageSource>("book", joinParts(parts)), 1);
    QTest::mouseClick(pane.findChild<QToolButton*>("pageSideButton"), Qt::LeftButton);
    auto* outline = pane.findChild<QTreeWidget*>("outline");
    QTRY_VERIFY(outline->isVisible());
    QCOMPARE(outline->topLevelItemCount(), 2);
    QCOMPARE(outline->topLevelItem(1)->text(0), QString("Two"));
    QTest::qWait(50);  // its columns are laid out
    const QRect place = outline->visualItemRect(outline->topLevelItem(1));
    QTest::mouseClick(outline->viewport(), Qt::LeftButton, {}, {30, place.center().y()});
    QTRY_COMPARE(pane.canvas()->currentPage(), pane.source()->facts().outline[1].page);
    QVERIFY(pane.canvas()->currentPage() > 0);
    QTest::mouseClick(pane.findChild<QToolButton*>("pageBack"), Qt::LeftButton);
    QTRY_COMPARE(pane.canvas()->currentPage(), 0);
  }

  void selectingCopiesAndAsks() {
    Shown s;
    QTRY_VERIFY(s.canvas()->pageText(0) != nullptr);
    QSignalSpy asked(&s.pane, &PagePane::askRequested);
    // Drag over the first line.
    const PageText* page = s.canvas()->pageText(0);
    const double scale = s.canvas()->geometry().scale();
    const QPointF origin = s.canvas()->geometry().page(0).topLeft();
    const auto at = [&](const QRectF& r, bool end) {
      return QPointF(origin.x() + (end ? r.right() - 1 : r.left() + 1) * scale,
                     origin.y() + r.center().y() * scale)
          .toPoint();
    };
    QWidget* view = s.canvas()->viewport();
    QTest::mousePress(view, Qt::LeftButton, {}, at(page->words[0].rect, false));
    QMouseEvent move(QEvent::MouseMove, at(page->words[4].rect, true),
                     view->mapToGlobal(at(page->words[4].rect, true)), Qt::NoButton, Qt::LeftButton,
                     {});
    QCoreApplication::sendEvent(view, &move);
    QTest::mouseRelease(view, Qt::LeftButton, {}, at(page->words[4].rect, true));
    QCOMPARE(s.canvas()->selectedText(), QString("Line 0 speaks of the"));
    QTest::keyClick(s.canvas(), Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QGuiApplication::clipboard()->text(), QString("Line 0 speaks of the"));
    auto* ask = s.pane.findChild<QPushButton*>("askAboutSelection");
    QTRY_VERIFY(ask->isVisible());
    QTest::mouseClick(ask, Qt::LeftButton);
    QCOMPARE(asked.count(), 1);
    QCOMPARE(asked[0][0].toString(), QString("Line 0 speaks of the"));
    QCOMPARE(asked[0][1].toString(), QString("book, p. 1"));
    QTest::keyClick(s.canvas(), Qt::Key_Escape);
    QVERIFY(!ask->isVisible());
  }

  void findCountsAndGoes() {
    Shown s;
    QTest::keyClick(s.canvas(), Qt::Key_F, Qt::ControlModifier);
    auto* edit = s.pane.findChild<QLineEdit*>("findEdit");
    QVERIFY(edit->isVisible());
    QTest::keyClicks(edit, "line 1999 speaks");
    auto* count = s.pane.findChild<QLabel*>("findCount");
    QTRY_COMPARE_WITH_TIMEOUT(count->text(), QString("1 of 1"), 20'000);
    QCOMPARE(s.canvas()->currentPage(), s.canvas()->pageCount() - 1);
  }

  void zoomKeepsThePlace() {
    Shown s;
    s.canvas()->goToPage(20);
    const double before = s.canvas()->zoom();
    QTest::keyClick(s.canvas(), Qt::Key_Plus, Qt::ControlModifier);
    QVERIFY(s.canvas()->zoom() > before);
    QCOMPARE(s.canvas()->currentPage(), 20);
    QTest::keyClick(s.canvas(), Qt::Key_0, Qt::ControlModifier);
    QCOMPARE(s.canvas()->zoom(), before);
    auto* number = s.pane.findChild<QLineEdit*>("pageNumber");
    QCOMPARE(number->text(), QString("21"));
    number->setText("5");
    QTest::keyClick(number, Qt::Key_Return);
    QCOMPARE(s.canvas()->currentPage(), 4);
  }

  void stateComesBack() {
    Shown s;
    s.canvas()->setZoom(1.3);
    s.canvas()->goToPage(12);
    const QJsonObject state = s.pane.viewState();
    Shown other;
    other.pane.restoreViewState(state);
    QCOMPARE(other.canvas()->currentPage(), 12);
    QCOMPARE(other.canvas()->zoom(), 1.3);
  }

  void everythingFocusableHasAName() {
    Shown s;
    s.pane.setSideShown(true);
    s.pane.showFind();
    QCoreApplication::processEvents();
    int checked = 0;
    for (QWidget* w : s.pane.findChildren<QWidget*>()) {
      if (!w->isVisible() || (w->focusPolicy() & Qt::TabFocus) == 0 || w->focusProxy() != nullptr)
        continue;
      QAccessibleInterface* a = QAccessible::queryAccessibleInterface(w);
      QVERIFY(a != nullptr);
      QVERIFY2(!a->text(QAccessible::Name).isEmpty(),
               qPrintable(w->objectName() + " " + w->metaObject()->className()));
      ++checked;
    }
    QVERIFY(checked > 8);
  }

 private:
  Theme* m_theme = nullptr;
};

QTEST_MAIN(PagePaneTest)
#include "page_pane_test.moc"
