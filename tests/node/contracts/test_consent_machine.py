"""Consent as a state machine: hypothesis tells the day, and shortens the one that goes wrong."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from ehr_desktop.node.contracts.state import key
from tests.support.consent_clinic import PCS, recomputed
from tests.support.consent_honest import honest
from tests.support.consent_hostile import hostile
from tests.support.consent_traffic import Traffic

FEEDS = {key("feed", pc.id) for pc in PCS}
draws = st.integers(0, 2**32 - 1)


class Consent(RuleBasedStateMachine):
    """A clinic whose patients decide. Each step is drawn by itself, so steps can be left out."""

    @initialize()
    def opens(self) -> None:
        self.traffic = Traffic(0)

    @rule(draw=draws)
    def somebody_honest_is_heard(self, draw: int) -> None:
        self.traffic.draw.seed(draw)
        self.traffic.say(honest(self.traffic))

    @rule(draw=draws)
    def somebody_hostile_is_refused_and_changes_nothing(self, draw: int) -> None:
        self.traffic.draw.seed(draw)
        attack = hostile(self.traffic, honest(self.traffic))
        if attack is not None:
            verdict = self.traffic.clinic.run(attack.transaction)
            assert not verdict.accepted, attack
            assert self.traffic.clinic.written <= FEEDS, attack

    def teardown(self) -> None:
        """Another workstation comes to the same state from the same transactions."""
        assert recomputed(self.traffic.clinic) == self.traffic.clinic.values


TestConsent = Consent.TestCase
TestConsent.settings = settings(
    max_examples=60,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
