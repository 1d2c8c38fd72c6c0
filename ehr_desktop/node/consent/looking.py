"""Looking at a chart with a receipt: in the team's view where the team may see it all, else in one
that is made for this reader alone.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from sqlalchemy import Connection

from ehr_desktop.domain.categories import CLINICAL_CATEGORIES, Category
from ehr_desktop.domain.chart import ChartSummary, Receipt
from ehr_desktop.domain.consent import PatientActor
from ehr_desktop.domain.errors import NoKeyError, NotFoundError, NotHereYetError
from ehr_desktop.domain.ids import PersonId, TransactionId
from ehr_desktop.domain.people import Actor, Team
from ehr_desktop.node.core import Core
from ehr_desktop.node.keys.opening import Holder
from ehr_desktop.node.policy import open_categories, reading_teams
from ehr_desktop.node.store.views.views import Views
from ehr_desktop.node.viewing.on_demand import view_on_demand
from ehr_desktop.node.viewing.on_way import on_way
from ehr_desktop.node.viewing.view_keys import OwnKeys, TeamKeys, ViewKeys

Result = TypeVar("Result")
Query = Callable[[Views, frozenset[Category]], Result]
"""Asks a view, about these categories and no others."""

_MOST_MADE: Final = 8


@dataclass(frozen=True, slots=True)
class _Made:
    session: str
    views: Views


class Looking:
    """What receipts let their readers look at. On the node's loop."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._made: OrderedDict[TransactionId, _Made] = OrderedDict()
        core.keyring.closed.append(self.forget)

    async def look(
        self,
        actor: Actor | PatientActor,
        receipt: Receipt,
        query: Query[Result],
        *,
        fresh: bool = False,
    ) -> Result:
        """Run a query over what a receipt is for and is still open to its reader; `fresh` for what
        was written a moment ago.

        Raises:
            NotSignedInError: the session has ended.
            NoKeyError: nothing of it is open any more.
        """
        holder = self._core.holder(actor)
        categories, is_the_teams = await self._core.read(
            lambda connection: self._open(connection, holder, receipt)
        )
        if not categories:
            raise NoKeyError(receipt.patient)
        if is_the_teams and isinstance(actor, Actor):
            return await self._core.read_view(
                actor, Team.CLINICAL, lambda views: query(views, categories)
            )
        views = await self._view(actor, holder, receipt, categories, fresh=fresh)
        return await self._core.read(lambda _connection: query(views, categories))

    async def summary(
        self,
        actor: Actor | PatientActor,
        receipt: Receipt,
        names: Mapping[PersonId, str],
        *,
        fresh: bool = False,
    ) -> ChartSummary:
        """Give what opens first, and how much of it is still on its way; `fresh` for what came
        since the receipt was given.

        Raises:
            NotSignedInError, NoKeyError: as `look`.
            NotHereYetError: not even who the patient is can be shown yet.
        """
        coming = await self._on_way(actor, receipt)
        try:
            return await self.look(
                actor,
                receipt,
                lambda views, open_now: views.chart.summary(
                    receipt.patient, names, categories=open_now, on_way=coming
                ),
                fresh=fresh,
            )
        except NotFoundError as error:
            raise NotHereYetError(receipt.patient) from error

    async def _on_way(
        self, actor: Actor | PatientActor, receipt: Receipt
    ) -> Mapping[Category, int]:
        holder = self._core.holder(actor)

        def count() -> Mapping[Category, int]:
            with self._core.database.reading() as connection:
                categories, is_the_teams = self._open(connection, holder, receipt)
                value, patient = self._core.value_in(connection), bytes.fromhex(receipt.patient)
                keys: ViewKeys = OwnKeys(holder, value)
                if is_the_teams and isinstance(actor, Actor):
                    keys = TeamKeys(holder.teams[Team.CLINICAL])
                return on_way(connection, value, keys, patient, categories)

        # on the writer thread, where views are in step with what has come: nothing is shown as
        # complete by a view that is about to take it over
        return await self._core.on_writer(count)

    def forget(self, actor: Actor | PatientActor) -> None:
        """Forget what was made for a session."""
        for name in [n for n, made in self._made.items() if made.session == actor.session]:
            self._made.pop(name).views.close()

    def _open(
        self, connection: Connection, holder: Holder, receipt: Receipt
    ) -> tuple[frozenset[Category], bool]:
        """Give what is open now of what a receipt is for, and whether the clinical team's view
        shows all of it.
        """
        value, patient = self._core.value_in(connection), bytes.fromhex(receipt.patient)
        now_ms = self._core.clock()
        open_now = receipt.all_categories & (
            open_categories(holder, connection, value, patient, now_ms).keys()
        )
        is_the_teams = Team.CLINICAL in holder.teams and all(
            Team.CLINICAL in reading_teams(value, patient, category)
            for category in open_now & CLINICAL_CATEGORIES
        )
        return open_now, is_the_teams

    async def _view(
        self,
        actor: Actor | PatientActor,
        holder: Holder,
        receipt: Receipt,
        categories: frozenset[Category],
        *,
        fresh: bool,
    ) -> Views:
        made = self._made.get(receipt.transaction)
        if made is not None and not fresh:
            return made.views
        views = await self._core.read(
            lambda connection: view_on_demand(
                connection,
                self._core.value_in(connection),
                holder,
                self._core.files,
                self._core.project,
                bytes.fromhex(receipt.patient),
                categories,
            )
        )
        older = self._made.pop(receipt.transaction, None)
        if older is not None:
            older.views.close()
        self._made[receipt.transaction] = _Made(actor.session, views)
        while len(self._made) > _MOST_MADE:
            self._made.popitem(last=False)[1].views.close()
        return views
