"""What codes and failures are called in a language of the kiosk."""

from collections.abc import Iterable
from typing import Final

from ehr_desktop.domain import errors
from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import CONTROLLED
from ehr_desktop.explain import note
from ehr_desktop.ui.kiosk.language import Language

_SORRY: Final = (
    (errors.CardUnknownError, "card-unknown"),
    (errors.CardLostError, "card-lost"),
    (errors.PinLockedError, "pin-locked"),
    (errors.ErasedError, "erased"),
    (errors.RefusedError, "refused"),
    (errors.NotFoundError, "gone"),
    (errors.NotSignedInError, "ended"),
    (errors.NoKeyError, "no-key"),
    (errors.DiskFullError, "not-saved"),
    (OSError, "not-saved"),
)


def sorry(language: Language, error: BaseException) -> str:
    """Give a sentence for a failure. What nobody expected is noted in the log."""
    if isinstance(error, errors.PinWrongError):
        return language.say("sorry.pin-wrong", count=error.left)
    if isinstance(error, errors.GuardsAwayError):
        return language.say("sorry.guards-away", answered=error.answered, needed=error.needed)
    for kind, key in _SORRY:
        if isinstance(error, kind):
            return language.say(f"sorry.{key}")
    note(error)
    return language.say("sorry.other")


def categories(language: Language, which: Iterable[Category]) -> str:
    """Name categories, always in the same order; all that a patient decides about as one."""
    wanted = set(which)
    whole = [language.say("category.all")] if wanted >= CONTROLLED else []
    if whole:
        wanted -= CONTROLLED
    return language.listed(
        [*whole, *(category(language, one) for one in Category if one in wanted)]
    )


def category(language: Language, which: Category) -> str:
    """Name a category."""
    return language.say(f"category.{which.value}")


def role(language: Language, code: str) -> str:
    """Name a role."""
    return _coded(language, "role", code)


def purpose(language: Language, code: str) -> str:
    """Name a purpose."""
    return _coded(language, "purpose", code)


def reason(language: Language, code: str) -> str:
    """Name a reason for emergency access."""
    return _coded(language, "reason", code)


def person(language: Language, name: str, code: str) -> str:
    """Give a name with what the person does here."""
    if not code:
        return name
    return language.say("look.person", who=name, role=role(language, code))


def reaction(language: Language, detail: str) -> str:
    """Say what an allergy does and how grave it is. FHIR's codes are translated; what somebody
    wrote stays as it was written.
    """
    return language.listed(_part_of_a_reaction(language, part) for part in detail.split("; "))


def _part_of_a_reaction(language: Language, part: str) -> str:
    graveness = part.removeprefix("criticality ")
    if graveness != part:
        return _coded(language, "criticality", graveness)
    return _coded(language, "severity", part)


def _coded(language: Language, group: str, code: str) -> str:
    """Name a code; one that is newer than the translations stays what it is."""
    key = f"{group}.{code}"
    return language.say(key) if language.says(key) else code
