"""What is said about a share: for whom it is, what was opened, how far it is undone."""

from collections.abc import Iterable

from ehr_desktop.domain.consent import EndingProgress, GranteeKind, GrantState, Share
from ehr_desktop.ui.kiosk.language import Language
from ehr_desktop.ui.kiosk.phrases import category
from ehr_desktop.ui.kiosk.visit import Visit


def share_name(language: Language, share: Share) -> str:
    """Name whom a share is for."""
    return language.say("team.name") if share.grantee_kind is GranteeKind.TEAM else share.name


def handed_on(share: Share, shares: Iterable[Share]) -> tuple[Share, ...]:
    """Give what was handed on from a share and still holds."""
    return tuple(
        one for one in shares if one.handed_on_from == share.id and one.state is GrantState.ACTIVE
    )


def names_of(language: Language, shares: Iterable[Share]) -> str:
    """Name whom shares are for, each once."""
    return language.listed(dict.fromkeys(share_name(language, one) for one in shares))


def opened_words(visit: Visit, share: Share) -> str:
    """Say what the grantee opened while it held."""
    language = visit.dress.language
    opened = (
        language.say(
            "share.opened-one",
            category=category(language, which),
            date=language.day(when.astimezone(visit.facts.zone).date()),
        )
        for which, when in share.opened_before
    )
    return language.say("share.opened", what=language.listed(opened))


def ending_words(language: Language, ending: EndingProgress) -> str:
    """Say how far the keys of an ended share are destroyed."""
    if not ending.resealed:
        return language.say("share.resealing")
    if not ending.waiting:
        return language.say("share.gone")
    return language.say(
        "share.progress",
        done=len(ending.done),
        total=len(ending.done) + len(ending.waiting),
        names=language.listed(ending.waiting),
    )
