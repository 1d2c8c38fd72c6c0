"""Every widget in every state on five pages, for looking at and for tests.

As a script, `python -m ehr_desktop.ui.widgets.gallery FOLDER` writes a PNG of each page in
each scheme to FOLDER; `QT_SCALE_FACTOR=2` draws it for a screen with twice the pixels.
"""

import sys
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from ehr_desktop.ui.theme.theme import Theme
from ehr_desktop.ui.theme.tokens import Scheme
from ehr_desktop.ui.widgets.gallery_charts import charts_page
from ehr_desktop.ui.widgets.gallery_fields import fields_page
from ehr_desktop.ui.widgets.gallery_pieces import pieces_page
from ehr_desktop.ui.widgets.gallery_screens import question_page, screen_page

_SETTLED_MS = 250  # longer than a drawer takes to slide in


def pages() -> dict[str, QWidget]:
    """Return every page by name; each is a window of its own."""
    return {
        "pieces": pieces_page(),
        "fields": fields_page(),
        "charts": charts_page(),
        "screen": screen_page(),
        "question": question_page(),
    }


def write_pictures(folder: Path) -> None:
    """Write a PNG of every page in every scheme to `folder`."""
    application = QApplication(sys.argv[:1])
    theme = Theme()
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in Scheme:
        theme.apply(application, scheme)
        for name, page in pages().items():
            page.show()
            settled = QEventLoop()
            QTimer.singleShot(_SETTLED_MS, settled.quit)
            settled.exec()
            page.grab().save(str(folder / f"{scheme.value}-{name}.png"))
            page.close()


if __name__ == "__main__":
    write_pictures(Path(sys.argv[1]))
