"""Refusals and failures, one class per meaning. Messages carry ids, never clinical text."""

from ehr_desktop.domain.ledger import Fault, Outcome


class EhrError(Exception):
    """Anything the program says no to for a reason a person can act on."""


class SignInRefusedError(EhrError):
    """The account name or the password is wrong; which of the two is not told."""


class WeakPasswordError(EhrError):
    """A new password is too short, too common, or holds the account name. `reason` is a code:
    `short`, `common` or `account-name`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AccountNameTakenError(EhrError):
    """Another account has this name."""


class NotSignedInError(EhrError):
    """The session has ended or was locked."""


class RefusedError(EhrError):
    """A contract refused a transaction. It stays in the ledger as refused."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.rule)
        self.outcome = outcome


class NoKeyError(EhrError):
    """The person's keys do not open this category of records."""


class ReceiptMissingError(EhrError):
    """Somebody tried to open a record without a receipt that is stored in the ledger."""


class IntegrityError(EhrError):
    """What was read does not match the ledger's commitment."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"{fault.what}: {fault.where}")
        self.fault = fault


class WorkstationHaltedError(EhrError):
    """This workstation signs nothing any more; `reason` is a code: `forgotten` (its disk was
    restored or cloned) or `removed`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class HomeInUseError(EhrError):
    """Another instance holds the data directory; `holder` says which (process id and host)."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


class HomeTooNewError(EhrError):
    """The data directory was written by a newer version of the program."""


class HomeMissingError(EhrError):
    """There is no clinic in the data directory."""


class HomeExistsError(EhrError):
    """There is already a clinic in the data directory."""


class HomeDamagedError(EhrError):
    """A database or key file in the data directory cannot be read; `where` names the file."""

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


class PairingFailedError(EhrError):
    """A workstation did not join the clinic; `reason` is a code: how the pairing ended, or the
    rule that refused its enrolment.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class DiskFullError(EhrError):
    """The disk is full; what was being written was not acknowledged."""


class NotFoundError(EhrError):
    """No such patient, record, appointment or transaction."""


class NotHereYetError(NotFoundError):
    """The ledger names it, and it has not come to this workstation yet."""


class InvalidInputError(EhrError):
    """A form or a command holds something that cannot be; `field` names it, `reason` is a code."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class BadFileError(EhrError):
    """A file to import cannot be used at all; `reason` is a code, `position` a byte offset."""

    def __init__(self, reason: str, position: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.position = position


class CancelledError(EhrError):
    """The person stopped a long job."""


class CardUnknownError(EhrError):
    """A card's code cannot be read, or no patient of this clinic has that card."""


class CardLostError(EhrError):
    """The card was reported lost, or replaced by a newer one."""


class PinWrongError(EhrError):
    """The PIN is not that of the card; `left` is how many guesses remain."""

    def __init__(self, left: int) -> None:
        super().__init__(str(left))
        self.left = left


class PinLockedError(EhrError):
    """Too many wrong PINs: only a new card helps."""


class GuardsAwayError(EhrError):
    """Too few workstations answered; `needed` would have to, `answered` did."""

    def __init__(self, needed: int, answered: int) -> None:
        super().__init__(f"{answered} of {needed}")
        self.needed = needed
        self.answered = answered


class SharesWrongError(EhrError):
    """The custodians' shares do not give the key; `reason` is a code: `few`, `unreadable` or
    `other-key`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ErasedError(EhrError):
    """The patient's record was erased, or is locked until it is."""
