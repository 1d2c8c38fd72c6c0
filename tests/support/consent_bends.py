"""Statements that say a little more than they may, by kind: all else about them is as it should be."""

from collections.abc import Callable
from dataclasses import replace

from ehr_desktop.node.contracts.consent_basis import is_confirmed
from ehr_desktop.node.contracts.consent_state import (
    Grant,
    entry,
    grants,
    ids,
)
from ehr_desktop.node.contracts.consent_statements import (
    AnswerPin,
    AskClinic,
    BoxKeys,
    ConfirmCard,
    Delegate,
    EndDelegation,
    EndRule,
    FindCard,
    GrantAccess,
    GuardCard,
    LapseAccess,
    LapseDelegation,
    LapseRule,
    LoseCard,
    NameGuardian,
    ReadOwn,
    RefuseRequest,
    RejectCard,
    RequestAccess,
    ReshareAccess,
    RevokeAccess,
    SetRule,
    TakeCard,
    TryPin,
    UseCard,
    WithdrawRequest,
)
from ehr_desktop.node.contracts.custody_statements import (
    AcknowledgeClosed,
    AcknowledgeErased,
    BoxForCustodians,
    CancelErasure,
    ClaimShares,
    CloseEpochs,
    ConfirmErasure,
    DealShares,
    OrderErasure,
    ReleaseShares,
    ResealRecords,
    ReviewClaim,
)
from ehr_desktop.node.contracts.rounds import ROUND_BITS, round_of
from ehr_desktop.node.contracts.statements import (
    NOBODY,
    CommitRecords,
    OpenEpochs,
    ReadRecords,
    RegisterPatient,
    Statement,
)
from tests.support.consent_clinic import (
    ANNA,
    BEN,
    CLARA,
    CLERK,
    DAY,
    DORA,
    PCS,
    STAFF,
    SURGEON,
    guards,
)
from tests.support.consent_traffic import CODES, STRANGER, Saying, Traffic
from tests.support.paper_ledger import (
    ADMIN,
    DESK,
    DOCTOR,
    Person,
    seeded,
)
from tests.support.paper_statements import LOW_ORDER
from tests.support.team_traffic import TEAM_BENDS


def _with(**changes) -> Callable[[Traffic, Statement], Statement]:
    return lambda _, said: replace(said, **changes)


def _past(field: str) -> Callable[[Traffic, Statement], Statement]:
    return lambda t, said: replace(said, **{field: t.clinic.now_ms - t.draw.randint(0, DAY)})


def _used(field: str, label: str) -> Callable[[Traffic, Statement], Statement | None]:
    """An id that is taken already."""

    def bend(t: Traffic, said: Statement) -> Statement | None:
        names = {"grant": "given", "request": "asked", "rule": "rule", "delegation": "delegation"}
        taken = [one.payload.body[0] for one, _ in t.clinic.said[-200:]
                 if one.payload.kind == said.KIND and type(one.payload.body[0]) is bytes]  # fmt: skip
        known = [name for name in (*taken, seeded(names.get(label, "")))
                 if t.clinic.get(label, name) is not None]  # fmt: skip
        return replace(said, **{field: t.draw.choice(known)}) if known else None

    return bend


def _wider(t: Traffic, said: Statement) -> Statement | None:
    """All that patients decide about, where less was asked for or handed on."""
    if isinstance(said, GrantAccess) and not said.request:
        return None
    limit: tuple[str, ...] = ()
    if isinstance(said, GrantAccess):
        limit = t.clinic.get("request", said.request)[2]
    elif isinstance(said, ReshareAccess):
        limit = t.clinic.get("grant", said.parent)[3]
    more = tuple(CODES)
    return replace(said, categories=more) if set(more) > set(limit) else None


def _longer(t: Traffic, said: Statement) -> Statement | None:
    limit = 0
    if isinstance(said, GrantAccess) and said.request:
        limit = t.clinic.get("request", said.request)[5]
    elif isinstance(said, ReshareAccess):
        limit = t.clinic.get("grant", said.parent)[6]
    if not limit:
        return None
    return replace(said, until_ms=t.draw.choice((0, limit + 1, limit + DAY)))


def _to_somebody_else(t: Traffic, said: GrantAccess) -> Statement | None:
    others = [person.id for person in STAFF if person.id != said.grantee]
    return replace(said, grantee=t.draw.choice(others)) if said.request else None


def _of_another_patient(field: str, label: str):
    """The id of something of a patient for whom the speaker cannot speak."""

    def bend(t: Traffic, said: Statement) -> Statement | None:
        mine = t.clinic.get(label, getattr(said, field))
        own = mine[0] if mine else b""
        # Anna speaks at most for herself and Clara
        if own == DORA.id:
            return None
        found = ids(t.clinic.get, f"{label}s", DORA.id)
        return Saying(replace(said, **{field: t.draw.choice(found)}), ANNA) if found else None

    return bend


def _stale_epoch(t: Traffic, said: Statement) -> Statement | None:
    """An epoch of a round before, or none there ever was."""
    if isinstance(said, OpenEpochs):
        ((category, epoch, *rest),) = said.epochs
        turn = round_of(epoch)
        wrong = t.draw.choice((turn - 1, turn + 1)) << ROUND_BITS | 777
        if (
            round_of(wrong) == turn - 1
            and t.clinic.get("epoch", said.patient, category)
            and (t.clinic.get("epoch", said.patient, category)[3])
        ):
            # beside the newest, which is allowed
            wrong = (turn + 1) << ROUND_BITS
        return replace(said, epochs=((category, max(wrong, 1), *rest),))
    if isinstance(said, CommitRecords):
        ((record, version, category, epoch),) = said.records
        return replace(said, records=((record, version, category, epoch + 12345),))
    if isinstance(said, DealShares):
        ((category, epoch, *rest),) = said.escrows
        return replace(said, escrows=((category, epoch + 12345, *rest),))
    if isinstance(said, BoxKeys):
        ((category, epoch, *rest),) = said.boxes
        return replace(said, boxes=((category, epoch + 12345, *rest),))
    return replace(said, epoch=said.epoch + 12345)


def _for_others(t: Traffic, said: OpenEpochs) -> Statement:
    """A key sealed for one reader more or less than may read."""
    ((category, epoch, commitment, teams, readers),) = said.epochs
    how = t.draw.randint(0, 2)
    if how == 0 or not readers:
        readers = (*readers, (STRANGER.id, bytes(32)))
    elif how == 1:
        readers = readers[1:]
    else:
        teams = (*teams, ("front-desk", 1, bytes(32)))
    return replace(said, epochs=((category, epoch, commitment, teams, readers),))


def _a_box_for_a_stranger(t: Traffic, said: BoxKeys) -> Statement:
    ((category, epoch, what, _reader, name),) = said.boxes
    return replace(said, boxes=((category, epoch, what, STRANGER.id, name),))


def _another_record(t: Traffic, said: ResealRecords) -> Statement | None:
    ((record, version, first, commitment),) = said.records
    how = t.draw.randint(0, 3)
    row = (
        (record, version, first, bytes(32)), (record, version, bytes(32), commitment),
        (record, version + 1, first, commitment), (seeded("ben's note"), 1, first, commitment),
    )[how]  # fmt: skip
    return replace(said, records=(row,))


def _another_version(t: Traffic, said: CommitRecords) -> Statement:
    ((record, version, category, epoch),) = said.records
    row = t.draw.choice(
        ((record, version + 1, category, epoch), (seeded("ben's note"), 2, category, epoch))
    )
    return replace(said, records=(row,))


def _fewer_guards(t: Traffic, said: Statement) -> Statement:
    few = guards(*PCS[:3])
    threshold = t.draw.choice((1, 2, 3))
    if isinstance(said, DealShares):
        ((category, epoch, sealed, *_),) = said.escrows
        return replace(said, escrows=((category, epoch, sealed, threshold, few),))
    return replace(said, guards=few, threshold=threshold)


def _weaker_threshold(t: Traffic, said: Statement) -> Statement:
    threshold = t.draw.choice((1, 2, 4))
    if isinstance(said, DealShares):
        ((category, epoch, sealed, _, held),) = said.escrows
        return replace(said, escrows=((category, epoch, sealed, threshold, held),))
    return replace(said, threshold=threshold)


def _by(*people: Person) -> Callable[[Traffic, Statement], Saying]:
    return lambda t, said: Saying(said, t.draw.choice(people))


def _own_review(t: Traffic, said: ReviewClaim) -> Saying:
    person = t.clinic.get("claim", said.claim)[1]
    return Saying(said, next(one for one in STAFF if one.id == person))


def _on_another_basis(t: Traffic, said: ReadRecords) -> Statement:
    # a patient who decides leaves no policy; nobody claims under a rule here
    return replace(said, basis=t.draw.choice(("policy", "rule")))


def _what_is_not_open(t: Traffic, said: ReadRecords) -> Statement | None:
    """A category more, which nothing opens for any clinician."""
    opened = {
        code
        for patient in t.deciding if patient.id == said.patient
        for listed in (*grants(t.clinic.get, patient.id).values(), *(
            entry(t.clinic.get, Grant, "grant", name)
            for name in t.clinic.get("ended", patient.id) or ()))
        for code in listed.categories
    }  # fmt: skip
    shut = [code for code in CODES if code not in opened and code != "emergency"]
    return replace(said, categories=(*said.categories, t.draw.choice(shut))) if shut else None


def _not_over(t: Traffic, said: LapseAccess) -> Statement | None:
    now = t.clinic.now_ms
    found = t.a_grant(lambda g: not g.is_over_at(now))
    return replace(said, grant=found[1]) if found else None


def _ended(t: Traffic, said: RevokeAccess) -> Statement | None:
    patient = t.clinic.get("grant", said.grant)[0]
    found = t.clinic.get("ended", patient)
    return replace(said, grant=t.draw.choice(found)) if found else None


def _answered_twice(t: Traffic, said: AnswerPin) -> Statement | None:
    return replace(said, asked=t.draw.choice(t.clinic.said)[0].id)


def _of_what_counts(t: Traffic, said: ConfirmCard | RejectCard) -> Statement | None:
    """What somebody has vouched for before."""
    counts = [
        (patient.id, speaker.id)
        for patient in (*t.leaving, ANNA, CLARA, DORA) for speaker in (patient, CLARA)
        if is_confirmed(t.clinic.get, patient.id, speaker.id)
    ]  # fmt: skip
    patient, speaker = t.draw.choice(counts)
    return replace(said, patient=patient, speaker=speaker)


BILLED = _with(categories=("notes", "billing"))
NONE = _with(categories=())
TWICE = _with(categories=("notes", "notes"))
NOWHERE = _with(patient=seeded("nowhere"))
DIRECTORY = _with(patient=seeded("directory"))

SEMANTIC: dict[type[Statement], tuple[Callable, ...]] = {
    RequestAccess: (BILLED, NONE, TWICE, NOWHERE, _with(patient=BEN.id), _past("until_ms"),
                    _past("keep_ms"), _used("request", "request")),
    RefuseRequest: (_with(request=seeded("never")), _of_another_patient("request", "request")),
    WithdrawRequest: (_with(request=seeded("never")), _by(Person("another"))),
    GrantAccess: (BILLED, NONE, TWICE, NOWHERE, _with(patient=BEN.id), _past("until_ms"), _wider,
                  _longer, _to_somebody_else, _used("grant", "grant"),
                  _with(grantee=seeded("nobody")), _with(request=seeded("never")),
                  _past("keep_ms")),
    ReshareAccess: (_wider, _longer, BILLED, NONE, _past("until_ms"), _used("grant", "grant"),
                    _with(parent=seeded("never")), _with(grantee=seeded("nobody")),
                    lambda t, s: Saying(replace(s, grantee=t.clinic.get("grant", s.parent)[2]))),
    RevokeAccess: (_with(grant=seeded("never")), _ended, _of_another_patient("grant", "grant")),
    LapseAccess: (_not_over, _with(grant=seeded("never"))),
    LapseRule: (_with(rule=seeded("rule")), _with(rule=seeded("never"))),
    LapseDelegation: (_with(delegation=seeded("guardian")), _with(delegation=seeded("never"))),
    SetRule: (BILLED, NONE, NOWHERE, _with(patient=BEN.id), _past("until_ms"),
              _used("rule", "rule")),
    EndRule: (_with(rule=seeded("never")), _of_another_patient("rule", "rule")),
    Delegate: (_with(until_ms=0), _past("until_ms"), _with(delegate=CLARA.id),
               _with(delegate=BEN.id), _with(patient=DORA.id), _used("delegation", "delegation")),
    EndDelegation: (_with(delegation=seeded("never")),
                    lambda _, s: Saying(replace(s, delegation=seeded("guardian")), ANNA)),
    TryPin: (_with(patient=BEN.id), _with(patient=DORA.id), NOWHERE),
    AnswerPin: (_with(asked=bytes(32)),),
    UseCard: (_with(patient=BEN.id), _with(patient=DORA.id)),
    GuardCard: (_with(generation=2), _fewer_guards, _weaker_threshold, _with(patient=DORA.id)),
    ConfirmCard: (_by(DESK, ADMIN, CLERK), _with(generation=2), _with(patient=ANNA.id),
                  _with(patient=BEN.id), _with(speaker=BEN.id), _with(speaker=ANNA.id), NOWHERE,
                  _of_what_counts),
    RejectCard: (_by(ADMIN, Person("another")), _with(generation=9), _with(patient=ANNA.id),
                 _with(patient=BEN.id), _with(speaker=BEN.id), _with(speaker=ANNA.id), NOWHERE,
                 _of_what_counts),
    LoseCard: (_with(patient=BEN.id), _with(patient=DORA.id), NOWHERE),
    FindCard: (_with(patient=ANNA.id), _with(patient=CLARA.id)),
    TakeCard: (_with(generation=2), _fewer_guards, _weaker_threshold, _with(patient=ANNA.id),
               _with(generation=1000), _with(card_key=LOW_ORDER), BILLED, NONE, DIRECTORY, _used("grant", "grant")),
    NameGuardian: (_with(patient=ANNA.id), _with(until_ms=0), _past("until_ms"),
                   _with(delegate=BEN.id), _with(categories=("notes",)), DIRECTORY),
    ReadRecords: (_on_another_basis, _what_is_not_open, NONE, _with(purpose="curiosity"),
                  _by(DESK, ADMIN)),
    ReadOwn: (NONE, NOWHERE, _with(patient=BEN.id)),
    AskClinic: (_stale_epoch, _with(patient=BEN.id)),
    OpenEpochs: (_stale_epoch, _for_others, NOWHERE),
    CommitRecords: (_stale_epoch, _another_version, NOWHERE, _by(DESK, ADMIN)),
    ResealRecords: (_stale_epoch, _another_record, _with(patient=BEN.id), _by(DESK, ADMIN)),
    CloseEpochs: (_stale_epoch, _with(patient=BEN.id), _by(DESK, ADMIN)),
    AcknowledgeClosed: (_stale_epoch, _with(patient=BEN.id)),
    BoxKeys: (_stale_epoch, _a_box_for_a_stranger, NOWHERE, _by(DESK, ADMIN)),
    DealShares: (_stale_epoch, _fewer_guards, _weaker_threshold, _by(DESK, ADMIN)),
    ClaimShares: (_with(categories=("emergency", "notes")), _with(categories=("notes",)), BILLED,
                  NOWHERE, _with(basis=seeded("rule")), _by(DESK, ADMIN), _used("claim", "claim"),
                  _with(claim_kind="rule", categories=("labs",), basis=seeded("never"))),
    ReleaseShares: (_with(claim=seeded("never")), _with(boxes=()),
                    _with(boxes=(bytes(32), bytes(32)))),
    ReviewClaim: (_own_review, _with(claim=seeded("never")), _by(DESK)),
    OrderErasure: (DIRECTORY, NOWHERE, _by(DESK)),
    ConfirmErasure: (_by(DOCTOR), _by(SURGEON), _by(DESK), _with(patient=ANNA.id)),
    CancelErasure: (_by(DESK), _with(patient=ANNA.id)),
    AcknowledgeErased: (_with(patient=ANNA.id),),
    BoxForCustodians: (_with(generation=2), _by(DESK, ADMIN),
                       _with(boxes=(("read-key", ANNA.id, bytes(32)),))),
    RegisterPatient: (_with(patient=ANNA.id), _with(patient=DOCTOR.id), _with(patient=NOBODY)),
    **TEAM_BENDS,
}  # fmt: skip
"""How each kind of statement is bent."""
