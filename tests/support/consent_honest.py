"""What is said all day in a clinic whose patients decide: each would be accepted now."""

from collections.abc import Callable
from dataclasses import replace

from ehr_desktop.domain.categories import Category
from ehr_desktop.node.contracts.consent_basis import basis_for, recipients
from ehr_desktop.node.contracts.consent_state import (
    Delegated,
    Escrow,
    RecordVersion,
    StandingRule,
    entry,
    ids,
)
from ehr_desktop.node.contracts.consent_statements import (
    AskClinic,
    BoxKeys,
    Delegate,
    EndDelegation,
    EndRule,
    GrantAccess,
    LapseAccess,
    LapseDelegation,
    LapseRule,
    ReadOwn,
    RefuseRequest,
    RequestAccess,
    ReshareAccess,
    RevokeAccess,
    SetRule,
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
    SAID_BY_DEVICES,
    CommitRecords,
    ReadRecords,
)
from tests.support.consent_clinic import (
    ANNA,
    CLARA,
    DAY,
    HOUR,
    PCS,
    STAFF,
    TEAM,
    granting,
    guards,
)
from tests.support.consent_honest_cards import come, confirm, guard, lose, pin, reject
from tests.support.consent_traffic import CLINICIANS, CODES, LET_IN, Saying, Traffic
from tests.support.paper_ledger import ADMIN, BOX, DESK, DOCTOR, NURSE, seeded
from tests.support.team_traffic import depart, owed


def ask(t: Traffic) -> Saying | None:
    patient, person = t.patient(), t.draw.choice(LET_IN)
    waiting = ids(t.clinic.get, "requests", patient.id)
    if len(waiting) > 8:
        return None
    until = t.draw.choice((0, t.clinic.now_ms + 40 * DAY))
    return Saying(
        RequestAccess(t.new(), patient.id, t.some(CODES), "treatment", t.clinic.now_ms, until, 0),
        person,
    )


def answer(t: Traffic) -> Saying | None:
    found = t.a_request()
    if found is None:
        return None
    patient, name, asked = found
    if (asked.until_ms and asked.until_ms <= t.clinic.now_ms + DAY) or t.draw.random() < 0.2:
        return Saying(RefuseRequest(name), t.speaker(patient))
    if t.draw.random() < 0.2:
        by = next(person for person in STAFF if person.id == asked.person)
        return Saying(WithdrawRequest(name), by)
    given = GrantAccess(
        t.new(), patient.id, name, "person", asked.person, t.some(list(asked.categories)),
        asked.purpose, max(asked.from_ms, t.clinic.now_ms),
        asked.until_ms and asked.until_ms - HOUR, 0, 0,
    )  # fmt: skip
    return Saying(given, t.speaker(patient)) if len(t.grants(patient)) < 90 else None


def grant(t: Traffic) -> Saying | None:
    patient = t.patient()
    if len(t.grants(patient)) > 12:
        return None
    team = t.draw.random() < 0.3
    until = t.draw.choice((0, t.clinic.now_ms + t.draw.randint(1, 20) * DAY))
    given = granting(
        "x", patient, grant=t.new(), grantee_kind="team" if team else "person",
        grantee=TEAM if team else t.draw.choice(LET_IN).id, categories=t.some(CODES),
        from_ms=t.clinic.now_ms, until_ms=until, reshare=t.draw.randint(0, 1),
    )  # fmt: skip
    return Saying(given, t.speaker(patient))


def hand_on(t: Traffic) -> Saying | None:
    now = t.clinic.now_ms
    found = t.a_grant(lambda g: bool(g.reshare) and g.grantee_kind == "person" and g.holds_at(now))
    if found is None:
        return None
    patient, name, parent = found
    if len(t.grants(patient)) > 90:
        return None
    by = next(person for person in STAFF if person.id == parent.grantee)
    to = t.draw.choice([person for person in LET_IN if person is not by])
    until = parent.until_ms or now + DAY
    return Saying(ReshareAccess(t.new(), name, to.id, t.some(list(parent.categories)), until), by)


def revoke(t: Traffic) -> Saying | None:
    found = t.a_grant(lambda _: True)
    return found and Saying(RevokeAccess(found[1]), t.speaker(found[0]))


def lapse(t: Traffic) -> Saying | None:
    now = t.clinic.now_ms
    found = t.a_grant(lambda g: g.is_over_at(now))
    return found and Saying(LapseAccess(found[1]), pc=t.draw.choice(PCS))


def set_rule(t: Traffic) -> Saying | None:
    patient = t.patient()
    listed = ids(t.clinic.get, "rules", patient.id)
    if len(listed) > 3:
        return Saying(EndRule(t.draw.choice(listed)), t.speaker(patient))
    until = t.draw.choice((0, t.clinic.now_ms + t.draw.randint(1, 20) * DAY))
    return Saying(
        SetRule(t.new(), patient.id, "appointment-day", t.some(CODES), until), t.speaker(patient)
    )


def lapse_rule(t: Traffic) -> Saying | None:
    for patient in t.deciding:
        for name in ids(t.clinic.get, "rules", patient.id):
            rule = entry(t.clinic.get, StandingRule, "rule", name)
            if rule and rule.is_over_at(t.clinic.now_ms):
                return Saying(LapseRule(name), pc=t.draw.choice(PCS))
    return None


def read(t: Traffic) -> Saying | None:
    patient, person = t.patient(), t.draw.choice(CLINICIANS)
    role = t.clinic.get("member", person.id)[0]
    for code in t.draw.sample(CODES, len(CODES)):
        basis = basis_for(
            t.clinic.get, patient.id, person.id, role, Category(code), t.clinic.now_ms
        )
        if basis is not None:
            return Saying(ReadRecords(patient.id, "open", "treatment", basis, (code,)), person)
    return None


def read_own(t: Traffic) -> Saying | None:
    patient = t.patient()
    return Saying(ReadOwn(patient.id, "open", t.some(CODES)), t.speaker(patient))


def question(t: Traffic) -> Saying | None:
    if not (epoch := t.usable(ANNA, "demographics")):
        return None
    waiting = ids(t.clinic.get, "questions", ANNA.id)
    if waiting and t.draw.random() < 0.5:
        name = t.draw.choice(waiting)
        about = t.clinic.get("question", name)[1]
        return Saying(AskClinic(name, ANNA.id, about, epoch), DESK, 1)
    if len(waiting) > 40:
        return None
    return Saying(AskClinic(t.new(), ANNA.id, seeded("about", 32), epoch), ANNA, 1)


def open_epoch(t: Traffic) -> Saying | None:
    patient, code = t.patient(), t.draw.choice(CODES)
    found = t.clinic.get("epoch", patient.id, code)
    turn = round_of(found[0]) + 1 if found else 1
    if turn > 200:
        return None
    epoch = turn << ROUND_BITS | t.draw.randint(0, 99)
    return Saying(t.clinic.epochs(patient, code, epoch), t.speaker(patient))


def write(t: Traffic) -> Saying | None:
    patient, code = t.patient(), t.draw.choice(CODES)
    if not (epoch := t.usable(patient, code)):
        return None
    record = t.new()
    if t.draw.random() < 0.8:
        t.records.append((patient, record))
        said = CommitRecords(patient.id, ((record, 1, code, epoch),), "form")
        return Saying(said, t.draw.choice(CLINICIANS), 1)
    return None


def reseal(t: Traffic) -> Saying | None:
    for patient, record in t.draw.sample(t.records, min(5, len(t.records))):
        found = entry(t.clinic.get, RecordVersion, "record", record)
        if found is None or patient not in t.deciding:
            continue
        current = t.usable(patient, found.category)
        if current and round_of(current) > round_of(found.epoch):
            row = (record, found.version, found.first, found.commitment)
            said = ResealRecords(patient.id, found.category, current, (row,))
            return Saying(said, t.speaker(patient), 1)
    return None


def close(t: Traffic) -> Saying | None:
    for patient in t.draw.sample(t.deciding, len(t.deciding)):
        for code in t.draw.sample(CODES, len(CODES)):
            closing = t.clinic.get("closing", patient.id, code)
            if closing:
                left = [pc for pc in PCS if pc.id in closing[1] and pc.id not in closing[2]]
                if left:
                    said = AcknowledgeClosed(patient.id, code, closing[0])
                    return Saying(said, pc=t.draw.choice(left))
            current = t.clinic.get("epoch", patient.id, code)
            counts = t.clinic.get("sealed", patient.id, code) or ()
            if not current or not current[3]:
                continue
            old = [count for epoch, count in counts if round_of(epoch) < round_of(current[0])]
            if old and not any(old):
                return Saying(CloseEpochs(patient.id, code, current[0]), t.speaker(patient))
    return None


def box(t: Traffic) -> Saying | None:
    patient, code = t.patient(), t.draw.choice(CODES)
    current = t.clinic.get("epoch", patient.id, code)
    if not current or t.clinic.get("key", patient.id, code, current[0]) is None:
        return None
    _, readers = recipients(t.clinic.get, patient.id, Category(code), t.clinic.now_ms)
    row = (code, current[0], "reader", t.draw.choice(sorted(readers)), bytes(32))
    return Saying(BoxKeys(patient.id, (row,)), t.speaker(patient))


def deal(t: Traffic) -> Saying | None:
    patient = t.patient()
    current = t.clinic.get("epoch", patient.id, "emergency")
    if not current or not current[3]:
        return None
    row = ("emergency", current[0], seeded("sealed", 32), 3, guards())
    return Saying(DealShares(patient.id, (row,)), t.speaker(patient))


def claim(t: Traffic) -> Saying | None:
    patient, person = t.patient(), t.draw.choice(CLINICIANS)
    dealt = entry(t.clinic.get, Escrow, "escrow", patient.id, "emergency")
    since = t.clinic.now_ms - HOUR
    lately = [at for at in t.clinic.get("claimed", person.id, "emergency") or () if at > since]
    if dealt is None or len(lately) >= 5:
        return None
    said = ClaimShares(
        t.new(), patient.id, "emergency", ("emergency",), BOX, "unconscious", bytes(32), b""
    )
    return Saying(said, person, 1)


def release(t: Traffic) -> Saying | None:
    now = t.clinic.now_ms
    found = t.a_claim(
        lambda c: (
            now < c.until_ms
            and len(c.released) < 4
            and t.clinic.get("escrow", c.patient, "emergency") is not None
        )
    )
    if found is None:
        return None
    left = [pc for pc in PCS if pc.id not in found[1].released]
    return Saying(ReleaseShares(found[0], (bytes(32),)), pc=t.draw.choice(left))


def review(t: Traffic) -> Saying | None:
    found = t.a_claim(lambda c: c.kind == "emergency" and not c.finding)
    if found is None:
        return None
    by = t.draw.choice([p for p in (*CLINICIANS, ADMIN) if p.id != found[1].person])
    return Saying(ReviewClaim(found[0], "justified", bytes(32)), by, 1)


def erase(t: Traffic) -> Saying | None:
    for patient in t.leaving:
        if t.clinic.get("patient", patient.id) is None:
            continue
        found = t.clinic.get("erasure", patient.id)
        if found is None:
            return Saying(OrderErasure(patient.id, t.clinic.now_ms, "asked"), DOCTOR)
        if not found[4]:
            if t.draw.random() < 0.3:
                return Saying(CancelErasure(patient.id), NURSE)
            return Saying(ConfirmErasure(patient.id), ADMIN)
        left = [pc for pc in PCS if pc.id not in found[7]]
        if left:
            return Saying(AcknowledgeErased(patient.id), pc=t.draw.choice(left))
    return None


def delegate(t: Traffic) -> Saying | None:
    listed = ids(t.clinic.get, "delegations", CLARA.id)
    found = entry(t.clinic.get, Delegated, "delegation", listed[0]) if listed else None
    if found and found.until_ms <= t.clinic.now_ms:
        return Saying(LapseDelegation(listed[0]), pc=t.draw.choice(PCS))
    if found:
        return Saying(EndDelegation(listed[0]), t.draw.choice((ANNA, CLARA)))
    until = t.clinic.now_ms + t.draw.choice((HOUR, 300 * DAY))
    return Saying(Delegate(t.new(), CLARA.id, ANNA.id, until), CLARA)


def keep(t: Traffic) -> Saying | None:
    return Saying(BoxForCustodians(1, (("team", TEAM, t.new() + t.new()),)), DOCTOR)


HONEST: tuple[Callable[[Traffic], Saying | None], ...] = (
    ask, answer, grant, hand_on, revoke, lapse, set_rule, lapse_rule, pin, guard, read, read_own, question,
    open_epoch, write, reseal, close, box, deal, claim, release, review, lose, come, confirm, reject, erase,
    delegate, keep, depart,
)  # fmt: skip


def honest(t: Traffic) -> Saying:
    """Draw something that would be accepted now."""
    if (first := owed(t)) is not None:
        return first
    while True:
        made = t.draw.choice(HONEST)(t)
        if made is not None:
            if made.pc is PCS[0] and made.statement.KIND not in SAID_BY_DEVICES:
                made = replace(made, pc=t.draw.choice(PCS))
            return made
