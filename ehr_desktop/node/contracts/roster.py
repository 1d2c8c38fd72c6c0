"""The workstations as the contract state has them: who is in, who votes, who may propose."""

from dataclasses import dataclass
from typing import Final

from ehr_desktop.domain.network import ProposerMode
from ehr_desktop.node.contracts.state import StateReader
from ehr_desktop.node.crypto.hashes import HASH_SIZE
from ehr_desktop.node.crypto.sign import PUBLIC_SIZE
from ehr_desktop.node.ledger.codec import CodecError, Value
from ehr_desktop.node.ledger.fields import Fields
from ehr_desktop.node.ledger.transaction import ID_SIZE
from ehr_desktop.node.ledger.validators import MAX_WEIGHT, Validator, ValidatorSet

BOX_KEY_SIZE: Final = 1216
MAX_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class Device:
    """A workstation: its id (16 bytes), its keys (32 and 1,216 bytes), and how it stands.

    A workstation that was removed is not `active`; one that signed off is `away` until it is
    back; one that told two stories is `accused` for good.
    """

    id: bytes
    public: bytes
    box_key: bytes
    name: str
    active: bool = True
    weight: int = 0
    away: bool = False
    accused: bool = False

    @property
    def has_vote(self) -> bool:
        """Whether it votes whenever it is present."""
        return self.active and not self.accused and self.weight > 0

    @property
    def votes(self) -> bool:
        """Whether it is a validator now."""
        return self.has_vote and not self.away

    def stored(self) -> list[Value]:
        """Give what stands in the state under its id."""
        return [
            self.public, self.active, self.box_key, self.name, self.weight, self.away, self.accused
        ]  # fmt: skip


def device(value: StateReader, name: bytes) -> Device | None:
    """Give the workstation with the id `name`; None if none ever had it.

    Raises:
        CodecError: what is stored of it is no workstation.
    """
    stored = value("device", name)
    if stored is None:
        return None
    fields = Fields(stored)
    public, active = fields.octets(PUBLIC_SIZE), fields.flag()
    found = Device(
        name,
        public,
        fields.octets(BOX_KEY_SIZE),
        fields.text(MAX_NAME),
        active,
        weight=fields.integer(high=MAX_WEIGHT),
        away=fields.flag(),
        accused=fields.flag(),
    )
    fields.end()
    return found


def devices(value: StateReader) -> tuple[Device, ...]:
    """Give every workstation that ever joined, in order of joining.

    Raises:
        CodecError: what is stored of them cannot be.
    """
    names = Fields(value("devices") or ())
    found = tuple(device(value, names.octets(ID_SIZE)) for _ in range(names.left))
    if None in found:
        raise CodecError("a workstation is missing")
    return tuple(entry for entry in found if entry is not None)


def validator_set(value: StateReader) -> tuple[int, ValidatorSet]:
    """Give the epoch of the next block and who decides on it.

    Raises:
        CodecError: there are no validators, because there is no clinic yet or it is damaged.
    """
    fields = Fields(value("validators") or ())
    epoch = fields.integer()
    members = _members(fields.value())
    fields.end()
    return epoch, members


def validators_of(value: StateReader, epoch: int) -> ValidatorSet:
    """Give who decided on the blocks of `epoch`.

    Raises:
        CodecError: there was no such epoch yet.
    """
    return _members(value("validators", epoch) or ())


def proposer_mode(value: StateReader) -> ProposerMode:
    """Give how it is chosen who may propose.

    Raises:
        CodecError: there is no such mode.
    """
    try:
        return ProposerMode(value("proposers"))
    except ValueError:
        raise CodecError("no such way to choose a proposer") from None


def work_target(value: StateReader) -> int:
    """Give the number the hash of the next block must stay below.

    Raises:
        CodecError: this clinic asks for no work.
    """
    fields = Fields(value("work") or ())
    return int.from_bytes(fields.octets(HASH_SIZE))


def rows_of(validators: ValidatorSet) -> list[Value]:
    """Give the members as the state holds them."""
    return [[member.device, member.public, member.weight] for member in validators.members]


def _members(rows: Value) -> ValidatorSet:
    entries = Fields(rows)
    try:
        return ValidatorSet(tuple(_member(entries.value()) for _ in range(entries.left)))
    except ValueError as error:
        raise CodecError(str(error)) from error


def _member(row: Value) -> Validator:
    fields = Fields(row)
    member = Validator(
        fields.octets(ID_SIZE), fields.octets(PUBLIC_SIZE), fields.integer(high=MAX_WEIGHT)
    )
    fields.end()
    return member
