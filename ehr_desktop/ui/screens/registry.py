"""Which screens there are, each loaded when it is first gone to."""

from PySide6.QtWidgets import QWidget

from ehr_desktop.domain.ids import PatientId
from ehr_desktop.ui.screens.new_password import PasswordRules
from ehr_desktop.ui.shell.context import Place, Registry, ScreenContext


def make_registry(rules: PasswordRules) -> Registry:
    """Give the screens of this program."""

    def people(context: ScreenContext) -> QWidget:
        from ehr_desktop.ui.screens.people import PeopleScreen  # noqa: PLC0415

        return PeopleScreen(context, rules)

    return Registry(
        {
            Place.TODAY: _today,
            Place.PATIENTS: _patients,
            Place.APPOINTMENTS: _appointments,
            Place.LEDGER: _ledger,
            Place.INTEGRITY: _integrity,
            Place.NETWORK: _network,
            Place.CONSENSUS: _consensus,
            Place.OVERSIGHT: _oversight,
            Place.PEOPLE: people,
            Place.RECOVERY: _recovery,
        },
        _chart,
    )


def _patients(context: ScreenContext) -> QWidget:
    from ehr_desktop.ui.screens.patients.screen import PatientsScreen  # noqa: PLC0415

    return PatientsScreen(context)


def _today(context: ScreenContext) -> QWidget:
    from ehr_desktop.ui.screens.today.screen import TodayScreen  # noqa: PLC0415

    return TodayScreen(context)


def _appointments(context: ScreenContext) -> QWidget:
    from ehr_desktop.ui.screens.appointments.screen import AppointmentsScreen  # noqa: PLC0415

    return AppointmentsScreen(context)


def _ledger(context: ScreenContext) -> QWidget:
    from ehr_desktop.ui.screens.ledger.screen import LedgerScreen  # noqa: PLC0415

    return LedgerScreen(context)


def _integrity(context: ScreenContext) -> QWidget:
    from ehr_desktop.ui.screens.integrity.screen import IntegrityScreen  # noqa: PLC0415

    return IntegrityScreen(context)


def _network(context: ScreenContext) -> QWidget:
    from ehr_desktop.ui.screens.network.screen import NetworkScreen  # noqa: PLC0415

    return NetworkScreen(context)


def _consensus(context: ScreenContext) -> QWidget:
    from ehr_desktop.ui.screens.consensus.screen import ConsensusScreen  # noqa: PLC0415

    return ConsensusScreen(context)


def _recovery(context: ScreenContext) -> QWidget:
    from ehr_desktop.ui.screens.recovery.screen import RecoveryScreen  # noqa: PLC0415

    return RecoveryScreen(context)


def _oversight(context: ScreenContext) -> QWidget:
    from ehr_desktop.ui.screens.oversight.screen import OversightScreen  # noqa: PLC0415

    return OversightScreen(context)


def _chart(context: ScreenContext, patient: PatientId) -> QWidget:
    from ehr_desktop.ui.screens.record.window import RecordWindow  # noqa: PLC0415

    return RecordWindow(context, patient)
