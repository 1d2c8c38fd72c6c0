"""The questions everybody asks of the contract state: who speaks for a patient, who may read and on
what basis, and for whom keys are to be sealed.
"""

from ehr_desktop.domain.categories import Category, default_teams
from ehr_desktop.domain.consent import CONTROLLED, Basis, GranteeKind
from ehr_desktop.domain.people import TEAMS_OF_ROLE, Role, Team
from ehr_desktop.node.contracts.consent_state import (
    Claim,
    Confirmation,
    Delegated,
    Erasing,
    Value,
    entry,
    grants,
    team_id,
    team_of,
)


def is_confirmed(value: Value, patient: bytes, speaker: bytes) -> bool:
    """Tell whether a clinician has vouched for a patient's card, or for a guardian."""
    found = entry(value, Confirmation, "confirmation", patient, speaker)
    return found is not None and bool(found.confirmed_by)


def named_speakers(value: Value, patient: bytes, at_ms: int) -> dict[bytes, bool]:
    """Give the pseudonyms of all who have a card and were named to speak for a patient at an
    instant, the patient first; and whether that counts: their card, and a guardian, was confirmed.
    """
    named = {patient: is_confirmed(value, patient, patient)}
    for name in value("delegations", patient) or ():
        found = entry(value, Delegated, "delegation", name)
        if found is not None and found.active and at_ms < found.until_ms:
            whose = patient if found.guardian else found.delegate
            named[found.delegate] = is_confirmed(value, whose, found.delegate)
    return {name: counts for name, counts in named.items() if value("card", name) is not None}


def speakers(value: Value, patient: bytes, at_ms: int) -> tuple[bytes, ...]:
    """Give the pseudonyms of all who may speak for a patient at an instant: the patient first, then
    delegates.
    """
    named = named_speakers(value, patient, at_ms)
    return tuple(name for name, counts in named.items() if counts)


def is_controlled(value: Value, patient: bytes, category: Category) -> bool:
    """Tell whether a patient, or a guardian, decides about a category; else the clinic's policy.
    Once somebody has decided, policy never comes back by itself.
    """
    return category in CONTROLLED and value("decides-since", patient) is not None


def basis_for(
    value: Value, patient: bytes, person: bytes, role: Role, category: Category, at_ms: int
) -> Basis | None:
    """Give why a member may read a category of a patient at an instant, or None if not at all."""
    erasing = entry(value, Erasing, "erasure", patient)
    if erasing is not None:
        return None
    if not is_controlled(value, patient, category):
        return (
            Basis.POLICY
            if default_teams(category) & TEAMS_OF_ROLE[role]
            else _claimed(value, patient, person, category, at_ms)
        )
    teams = {team_id(team) for team in TEAMS_OF_ROLE[role]}
    for grant in grants(value, patient).values():
        is_theirs = (
            grant.grantee in teams
            if grant.grantee_kind == GranteeKind.TEAM
            else grant.grantee == person
        )
        if is_theirs and category in grant.categories and grant.holds_at(at_ms):
            return Basis.PATIENT
    return _claimed(value, patient, person, category, at_ms)


def recipients(
    value: Value, patient: bytes, category: Category, at_ms: int
) -> tuple[frozenset[Team], frozenset[bytes]]:
    """Give for whom the key of a new epoch of a category is to be sealed: teams, and readers by id
    (members with a grant of their own; the patient and whoever speaks for the patient, by
    pseudonym). Grants that begin later count already. Where nobody is left to read, as a guardian's
    time is over and the patient has no card yet, the teams keep it for whoever decides next.
    """
    readers = set(speakers(value, patient, at_ms))
    if not is_controlled(value, patient, category):
        return default_teams(category), frozenset(readers)
    teams: set[Team] = set()
    for grant in grants(value, patient).values():
        if category not in grant.categories or grant.state != "active" or grant.is_over_at(at_ms):
            continue
        if grant.grantee_kind == GranteeKind.TEAM:
            teams.add(team_of(grant.grantee))
        else:
            readers.add(grant.grantee)
    if not teams and not readers:
        return default_teams(category), frozenset()
    return frozenset(teams), frozenset(readers)


def _claimed(
    value: Value, patient: bytes, person: bytes, category: Category, at_ms: int
) -> Basis | None:
    for name in value("claims", patient) or ():
        claim = entry(value, Claim, "claim", name)
        if claim is None or claim.person != person or category not in claim.categories:
            continue
        if claim.from_ms <= at_ms < claim.until_ms:
            return Basis(claim.kind)
    return None
