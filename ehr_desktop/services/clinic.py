"""Everything a screen or a command may ask of an open clinic."""

from ehr_desktop.interchange.fhir.validate import Validator
from ehr_desktop.node.node import Node
from ehr_desktop.services.appointments import Appointments
from ehr_desktop.services.cards import Cards
from ehr_desktop.services.charts import Charts
from ehr_desktop.services.drafts import Drafts
from ehr_desktop.services.emergency import Emergency
from ehr_desktop.services.erasing import Erasing
from ehr_desktop.services.exporting import Exports
from ehr_desktop.services.importing import Imports
from ehr_desktop.services.integrity import Integrity
from ehr_desktop.services.kiosk import Kiosk
from ehr_desktop.services.ledger import Ledger
from ehr_desktop.services.network import Network
from ehr_desktop.services.patients import Patients
from ehr_desktop.services.people import People
from ehr_desktop.services.recovery import Recovery
from ehr_desktop.services.refusals import Refusals
from ehr_desktop.services.session import Session
from ehr_desktop.services.sharing import Sharing


class Clinic:
    """The use cases of one open clinic. Their coroutines run on the node's loop."""

    def __init__(self, node: Node, validator: Validator) -> None:
        self.node = node
        self.session = Session(node)
        self.people = People(node)
        self.network = Network(node)
        self.patients = Patients(node)
        self.charts = Charts(node)
        self.appointments = Appointments(node)
        self.refusals = Refusals(node, self.appointments)
        self.ledger = Ledger(node)
        self.integrity = Integrity(node)
        self.imports = Imports(node, validator)
        self.exports = Exports(node)
        self.drafts = Drafts(node)
        self.recovery = Recovery(node)
        self.emergency = Emergency(node, self.charts)
        self.erasing = Erasing(node)
        self.kiosk = Kiosk(node)
        self.cards = Cards(node)
        self.sharing = Sharing(node)
