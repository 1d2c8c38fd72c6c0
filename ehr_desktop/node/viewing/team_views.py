"""The open views of the teams, kept in step with the ledger and with what waits for it."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ehr_desktop.domain.errors import HomeDamagedError
from ehr_desktop.domain.people import Team
from ehr_desktop.domain.projection import Projector
from ehr_desktop.node.contracts.execute import Verdict
from ehr_desktop.node.keys.keyring import Keyring, TeamKey
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.pipeline.final import FinalTransaction
from ehr_desktop.node.store.containers import ContainerFiles
from ehr_desktop.node.store.engine import Database
from ehr_desktop.node.store.views.views import discard
from ehr_desktop.node.viewing.indexing import Plain, TeamIndex

Waiting = Sequence[tuple[Transaction, Verdict]]


class TeamViews:
    """A view for every team that somebody signed in here belongs to. On the writer thread."""

    def __init__(
        self, home: Path, database: Database, files: ContainerFiles, project: Projector
    ) -> None:
        self.indexes: dict[Team, TeamIndex] = {}
        self._home = home
        self._database = database
        self._files = files
        self._project = project
        self._waiting: Waiting = ()

    def open(
        self, team_key: TeamKey, waiting: Waiting, progress: Callable[[int, int], None]
    ) -> None:
        """Open a team's view and bring it up to date; one that is open goes under the generation of
        the team's key that is given.
        """
        team, index = team_key.team, self.indexes.get(team_key.team)
        if index is None:
            self.indexes[team] = TeamIndex(
                self._path(team), team_key, self._database, self._files, self._project
            )
        elif index.generation != team_key.generation:
            self.indexes[team] = index.renewed(self._path(team), team_key)
        self._bring_up(team, lambda index: index.catch_up({}, progress))
        self.show_waiting(waiting, {})

    def close_unused(self, keyring: Keyring) -> None:
        """Close the views of teams none of whose members are signed in any more."""
        for team in list(self.indexes):
            if keyring.any_team(team) is None:
                self.indexes.pop(team).close()

    def follow(
        self, final: Sequence[FinalTransaction], plain: Plain, expected: Callable[[], Waiting]
    ) -> None:
        """Take over what became final; `expected` gives what waits now, if any of it is shown."""
        for team in list(self.indexes):
            self._bring_up(team, lambda index: index.follow(final, plain))
        if final and self._waiting:
            self.show_waiting(expected(), plain)

    def show_waiting(self, waiting: Waiting, plain: Plain) -> None:
        """Show on top of what is final what is expected to become so."""
        self._waiting = waiting
        for team in list(self.indexes):
            self._bring_up(team, lambda index: index.show_pending(waiting, plain))

    def arrived(self, names: Sequence[bytes]) -> None:
        """Take over what waited for containers and keys that came just now."""
        for team in list(self.indexes):
            self._bring_up(team, lambda index: index.arrived(names, {}))

    def wiped(self, teams: Iterable[Team]) -> bool:
        """See to it that what some teams' views have forgotten stands nowhere any more: a view that
        is closed, and so has forgotten nothing yet, is dropped. Tell whether that is so; a view
        that is being read has to be asked again.
        """
        done = True
        for team in teams:
            if team in self.indexes:
                done = self.indexes[team].views.empty_log() and done
            else:
                discard(self._path(team))
        return done

    def rebuild(self, team: Team, damaged: TeamIndex) -> None:
        """Build a damaged view anew from the records, unless somebody has done so already."""
        if self.indexes.get(team) is not damaged:
            return
        path = self._path(team)
        damaged.close()
        discard(path)
        self.indexes[team] = damaged.beside(path)
        self.indexes[team].catch_up({}, lambda _done, _total: None)
        self.indexes[team].show_pending(self._waiting, {})

    def _bring_up(self, team: Team, work: Callable[[TeamIndex], None]) -> None:
        index = self.indexes[team]
        try:
            work(index)
        except HomeDamagedError as error:
            if error.where != self._path(team).name:
                raise
            self.rebuild(team, index)

    def _path(self, team: Team) -> Path:
        return self._home / f"views-{team}.db"
