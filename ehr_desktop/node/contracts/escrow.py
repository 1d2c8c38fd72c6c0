"""The escrow contract: keys that are shared out to the workstations, and their release."""

from ehr_desktop.domain.categories import Category
from ehr_desktop.node.contracts.category_keys import live_key, may_keep_keys, trusted_key
from ehr_desktop.node.contracts.consent_basis import is_controlled
from ehr_desktop.node.contracts.consent_rules import change, put, unlocked_patient
from ehr_desktop.node.contracts.consent_state import Claim, Escrow, entry
from ehr_desktop.node.contracts.custody_statements import DealShares, ReleaseShares
from ehr_desktop.node.contracts.guards import guarded
from ehr_desktop.node.contracts.records import current_epoch
from ehr_desktop.node.contracts.rules import Context, Refusal
from ehr_desktop.node.contracts.standing_rules import covered_by_rules


def deal(statement: DealShares, context: Context) -> None:
    """Share keys out: of the emergency set, or of what a rule of the patient opens."""
    unlocked_patient(context, statement.patient)
    _each_once(tuple(row[0] for row in statement.escrows))
    for category, epoch, sealed, threshold, guards in statement.escrows:
        _to_be_shared_out(context, statement.patient, category)
        current_epoch(context, statement.patient, category, epoch)
        trusted_key(context, statement.patient, category, epoch)
        _may_deal(context, statement.patient, category, epoch)
        guarded(context, guards, threshold)
        put(
            context, "escrow", statement.patient, category,
            value=Escrow(epoch, sealed, threshold, guards),
        )  # fmt: skip


def release(statement: ReleaseShares, context: Context) -> None:
    """Note that a workstation gave its shares to a claim that still holds."""
    claim = entry(context.state.get, Claim, "claim", statement.claim)
    if claim is None:
        raise Refusal("unknown-claim", claim=statement.claim.hex())
    unlocked_patient(context, claim.patient)
    if context.now_ms >= claim.until_ms:
        raise Refusal("claim-ended", until_ms=claim.until_ms)
    device = context.payload.device
    for category in claim.categories:
        _guards_it(context, claim.patient, category, device)
    if device in claim.released:
        raise Refusal("already-answered")
    if len(statement.boxes) != len(claim.categories):
        raise Refusal("boxes", expected=len(claim.categories), found=len(statement.boxes))
    change(context, claim, "claim", statement.claim, released=(*claim.released, device))


def _each_once(categories: tuple[str, ...]) -> None:
    if len(set(categories)) != len(categories):
        raise Refusal("categories")


def _to_be_shared_out(context: Context, patient: bytes, category: str) -> None:
    """Refuse `categories` for what neither an emergency nor a rule of the patient opens."""
    if category != Category.EMERGENCY and category not in covered_by_rules(context, patient):
        raise Refusal("categories", category=category)


def _may_deal(context: Context, patient: bytes, category: str, epoch: int) -> None:
    """Refuse `no-grant` unless the signer may keep the key, or drew it for a patient without a
    card and nobody has shared it out since.
    """
    if may_keep_keys(context, patient, category):
        return
    dealt = entry(context.state.get, Escrow, "escrow", patient, category)
    drew_it = live_key(context, patient, category, epoch).opener == context.person
    is_first = dealt is None or dealt.epoch != epoch
    policy = not is_controlled(context.state.get, patient, Category(category))
    if not (drew_it and is_first and policy):
        raise Refusal("no-grant", category=category, patient=patient.hex())


def _guards_it(context: Context, patient: bytes, category: str, device: bytes) -> None:
    dealt = entry(context.state.get, Escrow, "escrow", patient, category)
    if dealt is None or device not in {name for name, _place, _box in dealt.guards}:
        raise Refusal("not-a-guard", device=device.hex())
