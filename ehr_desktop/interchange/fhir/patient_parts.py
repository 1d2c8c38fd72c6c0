"""Picks the elements of a Patient that a registration form shows, out of the many there may be."""

from ehr_desktop.interchange.fhir.elements import Json, codes, objects, word

_NAME_USES = ("official", "usual", "", "temp", "nickname", "anonymous", "maiden", "old")
_NOT_HOME = frozenset({"old", "billing", "temp"})


def names(patient: Json) -> list[Json]:
    """Give all names, the one to call the person by first."""
    return sorted(objects(patient.get("name")), key=_name_rank)


def _name_rank(name: Json) -> int:
    use = word(name.get("use"))
    return _NAME_USES.index(use) if use in _NAME_USES else len(_NAME_USES)


def identifier(patient: Json, kind: str) -> Json:
    """Give the identifier of v2-0203 type `kind` (MR, MB), or an empty object."""
    for one in objects(patient.get("identifier")):
        if any(code == kind for _, code in codes(one.get("type"))):
            return one
    return {}


def contact_point(patient: Json, system: str) -> Json:
    """Give the preferred `phone` or `email` in use, or an empty object."""
    found = [
        one
        for one in objects(patient.get("telecom"))
        if one.get("system") == system and one.get("use") != "old"
    ]
    found.sort(key=lambda one: word(one.get("rank")) or "9")
    return found[0] if found else {}


def home_address(patient: Json) -> Json:
    """Give the address where the person lives now, or else any, or an empty object."""
    found = objects(patient.get("address"))
    current = [one for one in found if word(one.get("use")) not in _NOT_HOME]
    return next(iter(current or found), {})
