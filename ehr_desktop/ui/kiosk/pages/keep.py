"""Taking one's record along: on paper, as a PDF, or whole as a FHIR file."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtGui import QPdfWriter
from typing_extensions import override

from ehr_desktop.domain.chart import ChartSummary
from ehr_desktop.services.values import ExportReport
from ehr_desktop.ui.kiosk.dress import Size
from ehr_desktop.ui.kiosk.drives import SavePlace
from ehr_desktop.ui.kiosk.page import Page, button
from ehr_desktop.ui.kiosk.pages.outcome import OutcomePage
from ehr_desktop.ui.kiosk.paper import summary_document
from ehr_desktop.ui.kiosk.touch.button import TouchButton
from ehr_desktop.ui.kiosk.touch.words import Words
from ehr_desktop.ui.kiosk.visit import Visit
from ehr_desktop.ui.kiosk.ways import to_home


class KeepPage(Page):
    """Three ways. Each writes a receipt before anything is opened."""

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit, visit.dress.language.say("home.keep"), back=to_home)
        say = self.say
        self.paper = button(self, say("keep.print"), self._print, icon_name="printer")
        self.pdf = button(self, say("keep.pdf"), self._to_pdf, icon_name="file-text")
        self.bundle = button(
            self,
            say("keep.bundle"),
            self._to_bundle,
            icon_name="download",
            detail=say("keep.bundle-why"),
        )
        self.add(
            self.paper, self.pdf, self.bundle, Words(say("keep.plain"), self.dress, quiet=True)
        )

    def _print(self) -> None:
        self.call(self.visit.kiosk.summary(self.visit.patient), self._print_out)

    def _print_out(self, summary: ChartSummary) -> None:
        if self.visit.parts.print_out(summary_document(self.visit, summary)):
            say = self.say
            sentences = [say("keep.printed")]
            self.go(partial(OutcomePage, title=say("keep.printed-title"), sentences=sentences))
        else:
            self.tell(self.say("keep.no-printer"))

    def _to_pdf(self) -> None:
        self.go(PdfPlacePage)

    def _to_bundle(self) -> None:
        self.go(BundlePlacePage)


class PlacePage(Page):
    """Asks for a drive; then the file is written there under a name that names nobody."""

    ending = ""

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit, visit.dress.language.say("keep.where"), back=KeepPage)
        self._places = visit.parts.places()
        self._chosen: SavePlace | None = None
        self.choices: list[TouchButton] = []
        if not self._places:
            self.add(Words(self.say("keep.none"), self.dress, size=Size.LEAD))
        for at, place in enumerate(self._places):
            choice = button(self, self._name(place), self._choose, icon_name="hard-drive")
            choice.setProperty("at", at)
            self.choices.append(choice)
            self.add(choice)
        again = button(self, self.say("keep.look-again"), self._look_again, icon_name="refresh-cw")
        self.add(again)

    def write(self, target: Path) -> None:
        """Write the file, then say `saved`."""
        raise NotImplementedError

    def saved(self, target: Path) -> None:
        """Say where the file is."""
        assert self._chosen is not None
        say, name = self.say, self._name(self._chosen)
        sentences = [say("keep.done", file=target.name, place=name), say("keep.plain")]
        if self._chosen.name:
            sentences.append(say("keep.take"))
        self.go(partial(OutcomePage, title=say("keep.done-title"), sentences=sentences))

    def _choose(self) -> None:
        self._chosen = self._places[int(self.sender().property("at"))]
        day = self.visit.parts.now().astimezone(self.visit.facts.zone).date()
        try:
            self.write(_free_name(self._chosen.folder, f"my-record-{day.isoformat()}", self.ending))
        except OSError as error:
            self.fail(error)

    def _look_again(self) -> None:
        self.go(type(self))

    def _name(self, place: SavePlace) -> str:
        return self.dress.language.isolated(place.name) or self.say("keep.folder")


class PdfPlacePage(PlacePage):
    """The summary as a PDF."""

    ending = "pdf"

    @override
    def write(self, target: Path) -> None:
        self.call(
            self.visit.kiosk.summary(self.visit.patient), partial(self._write_pdf, target=target)
        )

    def _write_pdf(self, summary: ChartSummary, target: Path) -> None:
        try:
            # Qt says nothing when a file cannot be written: find out before
            target.touch(exist_ok=False)
        except OSError as error:
            self.fail(error)
            return
        writer = QPdfWriter(str(target))
        writer.setTitle("")
        writer.setCreator("")
        summary_document(self.visit, summary).print_(writer)
        del writer
        self.saved(target)


class BundlePlacePage(PlacePage):
    """The whole record as a FHIR bundle."""

    ending = "json"

    @override
    def write(self, target: Path) -> None:
        done: Callable[[ExportReport], object] = lambda _report: self.saved(target)  # noqa: E731
        self.call(self.visit.kiosk.save_record(self.visit.patient, target), done)


def _free_name(folder: Path, stem: str, ending: str) -> Path:
    """Give a name in `folder` that no file has yet."""
    target = folder / f"{stem}.{ending}"
    number = 2
    while target.exists():
        target = folder / f"{stem}-{number}.{ending}"
        number += 1
    return target
