"""What every contract shares: the context it runs in, how it refuses, and the common rules."""

from dataclasses import dataclass

from ehr_desktop.domain.people import Action, Role, may
from ehr_desktop.node.contracts.state import State
from ehr_desktop.node.crypto.sign import is_usable_public_key
from ehr_desktop.node.ledger.transaction import Payload


class Refusal(Exception):  # noqa: N818 - a refusal is an outcome, not a failure
    """A rule said no. `rule` is its code, `details` facts for a sentence: ids, times, codes."""

    def __init__(self, rule: str, **details: str | int) -> None:
        super().__init__(rule)
        self.rule = rule
        self.details = tuple(sorted((name, str(value)) for name, value in details.items()))


@dataclass(frozen=True, slots=True)
class Context:
    """What a contract may know: the state, the signed payload and the height it runs at."""

    state: State
    payload: Payload
    height: int
    role: Role | None

    @property
    def person(self) -> bytes:
        """The 16-byte id of the person who signed."""
        return self.payload.person


def allow(context: Context, action: Action) -> None:
    """Refuse `role` unless the signer's role may do `action`."""
    if context.role is None or not may(context.role, action):
        raise Refusal("role", action=action)


def known_patient(context: Context, patient: bytes) -> None:
    """Refuse `unknown-patient` unless the pseudonym was registered."""
    if context.state.get("patient", patient) is None:
        raise Refusal("unknown-patient", patient=patient.hex())


def container_count(context: Context, count: int) -> None:
    """Refuse `containers` unless the transaction commits to exactly `count` of them."""
    if len(context.payload.containers) != count:
        raise Refusal("containers", expected=count, found=len(context.payload.containers))


def usable_key(public: bytes) -> None:
    """Refuse `weak-key` for a signing key under which a signature would prove nothing."""
    if not is_usable_public_key(public):
        raise Refusal("weak-key")
