// SPDX-License-Identifier: Apache-2.0
// A window that is moved from a screen of one pixel a point to one of two (two_screens.json) is
// drawn anew, as sharp as that screen is.
#include <QApplication>
#include <QScreen>
#include <QTest>
#include <QToolButton>
#include <QWindow>

#include "app/desktop/pages/page_canvas.h"
#include "app/desktop/pages/page_pane.h"
#include "app/desktop/pages/text_page_source.h"
#include "app/desktop/theme/icons.h"
#include "app/desktop/theme/theme.h"

using namespace leyden::desktop;

namespace {

/// Changes of colour from one pixel to the next, along all rows: sharp letters have most.
qint64 edges(const QImage& image) {
  qint64 n = 0;
  for (int y = 0; y < image.height(); ++y)
    for (int x = 1; x < image.width(); ++x)
      n += qAbs(qGray(image.pixel(x, y)) - qGray(image.pixel(x - 1, y))) > 96 ? 1 : 0;
  return n;
}

}  // namespace

class TwoScreensTest : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { m_theme = new Theme(qApp); }

  void pagesAreAsSharpAsTheScreen() {
    const QList<QScreen*> screens = QGuiApplication::screens();
    QCOMPARE(screens.size(), 2);
    QCOMPARE(screens[0]->devicePixelRatio(), 1.0);
    QCOMPARE(screens[1]->devicePixelRatio(), 2.0);
    PagePane pane;
    pane.resize(700, 800);
    pane.move(screens[0]->geometry().topLeft() + QPoint(50, 50));
    pane.show();
    const QString text = QStringLiteral("The harbour closes at six, whatever the wind.\n").repeated(9);
    pane.setSource(std::make_shared<TextPageSource>("t", text), 1);
    QTRY_VERIFY(pane.canvas()->imageBytes() > 0);
    QTest::qWait(100);
    const qint64 before = pane.canvas()->imageBytes();
    const qint64 coarse = edges(pane.canvas()->grab().toImage());
    QVERIFY(coarse > 100);

    pane.move(screens[1]->geometry().topLeft() + QPoint(50, 50));
    pane.windowHandle()->setScreen(screens[1]);
    QTRY_COMPARE(pane.devicePixelRatioF(), 2.0);
    pane.canvas()->viewport()->update();
    QTRY_VERIFY2(pane.canvas()->imageBytes() >= before * 3,
                 qPrintable(QString::number(pane.canvas()->imageBytes())));
    QTest::qWait(100);
    const QImage fine = pane.canvas()->grab().toImage();
    QCOMPARE(fine.devicePixelRatio(), 2.0);
    // An image drawn twice as large has fewer steep edges than one that was drawn anew.
    const QImage blown = fine.scaled(fine.size() / 2, Qt::IgnoreAspectRatio, Qt::SmoothTransformation)
                             .scaled(fine.size(), Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
    QVERIFY2(edges(fine) > 2 * edges(blown),
             qPrintable(QStringLiteral("%1 %2").arg(edges(fine)).arg(edges(blown))));
  }

  void iconsAreDrawnForEachScreen() {
    const QIcon search = icon("search");
    const QImage one = search.pixmap(QSize(20, 20), 1.0).toImage();
    const QImage two = search.pixmap(QSize(20, 20), 2.0).toImage();
    QCOMPARE(one.size(), QSize(20, 20));
    QCOMPARE(two.size(), QSize(40, 40));
    QVERIFY(two.scaled(20, 20) != one);
  }

 private:
  Theme* m_theme = nullptr;
};

QTEST_MAIN(TwoScreensTest)
#include "two_screens_test.moc"
