"""What every contract shares: the context it runs in, how it refuses, and the common rules."""

from dataclasses import dataclass

from ehr_desktop.domain.people import Action, Role, may
from ehr_desktop.node.contracts.consent_state import Erasing, entry
from ehr_desktop.node.contracts.state import State
from ehr_desktop.node.contracts.statements import NOBODY
from ehr_desktop.node.crypto.box import is_usable_box_key
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
    """What a contract may know: the state, the signed payload, the height and the time of the block
    (UTC milliseconds) it runs in, and the id of the transaction (32 bytes).

    `role` is that of the member who signed; None for a patient, or a workstation by itself.
    """

    state: State
    payload: Payload
    height: int
    role: Role | None
    now_ms: int
    transaction: bytes

    @property
    def person(self) -> bytes:
        """The 16-byte id of the person who signed."""
        return self.payload.person

    @property
    def is_patient(self) -> bool:
        """Whether a patient, or somebody who speaks for one, signed it."""
        return self.role is None and self.payload.person != NOBODY


def allow(context: Context, action: Action) -> None:
    """Refuse `role` unless the signer's role may do `action`."""
    if context.role is None or not may(context.role, action):
        raise Refusal("role", action=action)


def allow_any(context: Context, *actions: Action) -> None:
    """Refuse `role` unless the signer's role may do one of `actions`."""
    if context.role is None or not any(may(context.role, action) for action in actions):
        raise Refusal("role", action=" ".join(actions))


def known_patient(context: Context, patient: bytes) -> None:
    """Refuse `unknown-patient` unless the pseudonym was registered, and `erased` if everything of
    it is destroyed.
    """
    if context.state.get("patient", patient) is None:
        raise Refusal("unknown-patient", patient=patient.hex())
    erasing = entry(context.state.get, Erasing, "erasure", patient)
    if erasing is not None and erasing.confirmed_ms:
        raise Refusal("erased", patient=patient.hex())


def free_id(context: Context, name: bytes) -> None:
    """Refuse an id that is somebody's already: keys are sealed for ids, whoever they are of."""
    if name == NOBODY:
        raise Refusal("already-used", id=name.hex())
    if context.state.get("member", name) is not None:
        raise Refusal("already-a-member", person=name.hex())
    if context.state.get("patient", name) is not None:
        raise Refusal("already-registered", patient=name.hex())


def unused(context: Context, kind: str, name: bytes) -> None:
    """Refuse `already-used` if the state has an entry of that id, whatever became of it."""
    if context.state.get(kind, name) is not None:
        raise Refusal("already-used", id=name.hex())


def container_count(context: Context, count: int) -> None:
    """Refuse `containers` unless the transaction commits to exactly `count` of them."""
    if len(context.payload.containers) != count:
        raise Refusal("containers", expected=count, found=len(context.payload.containers))


def usable_key(public: bytes) -> None:
    """Refuse `weak-key` for a signing key under which a signature would prove nothing."""
    if not is_usable_public_key(public):
        raise Refusal("weak-key")


def usable_box_key(public: bytes) -> None:
    """Refuse `weak-key` for a key that nothing can be sealed to: whoever has to seal something for
    its holder, and for others with it, could not go on.
    """
    if not is_usable_box_key(public):
        raise Refusal("weak-key")
