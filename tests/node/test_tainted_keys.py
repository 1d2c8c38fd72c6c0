"""Which keys somebody may still have who is not to read any more."""

from ehr_desktop.domain.categories import Category
from ehr_desktop.node.contracts.consent_state import Claim, Confirmation, Grant, team_id
from ehr_desktop.node.contracts.consent_statements import BoxKeys, ReplaceCard
from ehr_desktop.node.contracts.custody_statements import ClaimShares
from ehr_desktop.node.contracts.rounds import ROUND_BITS
from ehr_desktop.node.contracts.statements import OpenEpochs
from ehr_desktop.node.sealing.tainted import KeyHolders

ANNA, LEE, CLAIM, GRANT = b"a" * 16, b"l" * 16, b"c" * 16, b"g" * 16
NOTES = Category.NOTES
FIRST, SECOND = 1 << ROUND_BITS, 2 << ROUND_BITS
NOW = 1_000_000


class Says:
    """A state that says just what a test has put in."""

    def __init__(self):
        self.known = {
            ("card", ANNA): [bytes(32), bytes(1216), bytes(32), 1, 1, [], bytes(32), 0, b""],
            ("confirmation", ANNA, ANNA): Confirmation(LEE, 0, b"", LEE, 0).stored(),
            ("decides-since", ANNA): 0,
            ("grants", ANNA): [],
        }

    def __call__(self, *key):
        return self.known.get(key)

    def shares_with(self, kind, grantee, until_ms=0):
        """The patient shares notes."""
        grant = Grant(
            ANNA, kind, grantee, ("notes",), "treatment", 0, until_ms, 0, 0, "active", b"", ANNA, 0
        )
        self.known["grant", GRANT] = grant.stored()
        self.known["grants", ANNA] = [GRANT]
        return self


def opened(epoch, teams=("clinical",), readers=(ANNA,)):
    rows = tuple((team, 1, bytes(32)) for team in teams)
    return OpenEpochs(
        ANNA, (("notes", epoch, bytes(32), rows, tuple((one, bytes(32)) for one in readers)),)
    )


def holders(*statements):
    found = KeyHolders()
    for statement in statements:
        found.take(statement)
    return found


def is_tainted(found, says, epoch=FIRST, at_ms=NOW):
    return found.is_tainted(says, ANNA, NOTES, epoch, at_ms)


def test_a_key_for_those_who_may_read_is_sound():
    says = Says().shares_with("team", team_id("clinical"))
    assert not is_tainted(holders(opened(FIRST)), says)


def test_a_key_is_not_once_a_team_is_shut_out():
    assert is_tainted(holders(opened(FIRST)), Says())
    assert not is_tainted(holders(opened(FIRST, teams=())), Says())


def test_a_key_is_not_once_the_time_of_somebody_it_was_sealed_for_later_is_over():
    boxed = BoxKeys(ANNA, (("notes", FIRST, "reader", LEE, bytes(32)),))
    says = Says().shares_with("person", LEE, until_ms=NOW)
    found = holders(opened(FIRST, teams=()), boxed)
    assert not is_tainted(found, says, at_ms=NOW - 1)
    assert is_tainted(found, says, at_ms=NOW)


def test_a_key_of_before_a_card_was_replaced_is_not():
    replaced = ReplaceCard(ANNA, bytes(32), bytes(1216), bytes(32), 2, 1, ())
    found = holders(opened(FIRST, teams=()), replaced, opened(SECOND, teams=()))
    assert is_tainted(found, Says(), FIRST)
    assert not is_tainted(found, Says(), SECOND)


def test_a_key_that_was_given_out_is_not_once_the_emergency_is_over():
    claimed = ClaimShares(
        CLAIM, ANNA, "emergency", ("notes",), bytes(1216), "unconscious", bytes(32), b""
    )
    found = holders(
        opened(FIRST, teams=()), opened(SECOND, teams=()), claimed,
        opened(3 << ROUND_BITS, teams=()),
    )  # fmt: skip
    says = Says()
    claim = Claim(ANNA, LEE, "emergency", ("notes",), bytes(1216), b"", 0, NOW, (b"d" * 16,))
    says.known["claim", CLAIM] = claim.stored()
    assert not is_tainted(found, says, SECOND, at_ms=NOW - 1)
    assert is_tainted(found, says, SECOND)
    assert not is_tainted(found, says, FIRST), "what was shared out is the newest key"
    assert not is_tainted(found, says, 3 << ROUND_BITS)
    says.known["claim", CLAIM] = Claim(
        ANNA, LEE, "emergency", ("notes",), bytes(1216), b"", 0, NOW
    ).stored()
    assert not is_tainted(found, says, SECOND), "nobody released anything"
