"""A view of one patient for one person, made when it is asked for and never on a disk.

What is granted to a person alone is not indexed: it is read from the containers each time.
"""

from sqlalchemy import Connection

from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.people import Team
from ehr_desktop.domain.projection import Projector
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.keys.opening import Holder
from ehr_desktop.node.ledger.transaction import Transaction
from ehr_desktop.node.store.containers import ContainerFiles
from ehr_desktop.node.store.views.changes import ViewChange
from ehr_desktop.node.store.views.views import Views
from ehr_desktop.node.viewing.committed import commits_about
from ehr_desktop.node.viewing.projecting import Projecting
from ehr_desktop.node.viewing.view_keys import OwnKeys


def view_on_demand(
    connection: Connection,
    value: StateReader,
    holder: Holder,
    files: ContainerFiles,
    project: Projector,
    patient: bytes,
    categories: frozenset[Category],
) -> Views:
    """Make a view of what somebody's keys open of these categories of a patient; close it after
    use. Whoever calls has the receipt.
    """
    projecting = Projecting(OwnKeys(holder, value), files, project, diary=False)
    changes: list[ViewChange] = []
    for row in commits_about(connection, patient):
        reading = projecting.read(
            connection,
            Transaction.decode(row.wire),
            {},
            lambda _patient, category: category in categories,
            value,
        )
        changes += reading.changes
    views = Views.in_memory(Team.CLINICAL)
    views.apply(changes, 0)
    return views
