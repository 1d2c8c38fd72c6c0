"""Whatever workstations and administrators say, in whatever blocks, somebody honest decides."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ehr_desktop.domain.network import ProposerMode
from ehr_desktop.node.contracts import roster
from ehr_desktop.node.contracts.devices import MOST_VOTERS
from ehr_desktop.node.contracts.statements import (
    EnrolDevice,
    LeaveDevice,
    RemoveDevice,
    ReportEvidence,
    ReturnDevice,
    SetWeights,
)
from tests.support.paper_ledger import ADMIN, Device
from tests.support.paper_network import PaperNetwork, enrolment, two_stories

DEVICES = tuple(Device(f"PC {n}") for n in range(1, 11))
places = st.integers(0, len(DEVICES) - 1)
weights = st.lists(st.tuples(places, st.sampled_from((0, 0, 1, 2, 1000))), min_size=1, max_size=4)
said = st.tuples(
    st.sampled_from(("enrol", "enrol", "remove", "weights", "leave", "return", "evidence")),
    places,
    places,
    weights,
)


class Network(RuleBasedStateMachine):
    """What was removed and found lying is remembered here from the verdicts alone."""

    @initialize(mode=st.sampled_from(ProposerMode))
    def found(self, mode: ProposerMode) -> None:
        self.network = PaperNetwork(mode)
        self.gone: set[bytes] = set()
        self.away: set[bytes] = set()
        self.before = self.network.epoch, self.network.validators

    @rule(block=st.lists(said, max_size=4))
    def run(self, block) -> None:
        self.before = self.network.epoch, self.network.validators
        inside = [d for d in DEVICES if self.network.get("device", d.id) is not None]
        spoken = [self.statement(*one, inside) for one in block]
        for (statement, author, _), verdict in zip(
            spoken, self.network.block(*spoken), strict=True
        ):
            if verdict.accepted:
                self.remember(statement, author)

    def statement(self, what, author_place, place, rows, inside):
        author, about = inside[author_place % len(inside)], DEVICES[place]
        match what:
            case "enrol":
                return enrolment(about, author), author, ADMIN
            case "remove":
                return RemoveDevice(about.id), author, ADMIN
            case "weights":
                named = tuple((DEVICES[p].id, weight) for p, weight in rows)
                return SetWeights(named), author, ADMIN
            case "leave":
                return LeaveDevice(), author, None
            case "return":
                return ReturnDevice(), author, None
            case _:
                return two_stories(about), author, None

    def remember(self, statement, author) -> None:
        match statement:
            case EnrolDevice():
                assert statement.device not in self.gone
            case RemoveDevice():
                self.gone.add(statement.device)
            case ReportEvidence():
                self.gone |= {d.id for d in DEVICES if two_stories(d) == statement}
            case LeaveDevice():
                self.away.add(author.id)
            case ReturnDevice():
                self.away.discard(author.id)

    @invariant()
    def somebody_decides_who_is_in_present_and_honest(self):
        voting = self.network.voting
        assert voting
        assert not voting & (self.gone | self.away)
        assert len(voting) <= MOST_VOTERS

    @invariant()
    def the_epoch_rises_by_one_exactly_when_those_who_decide_change(self):
        epoch, validators = self.before
        changed = self.network.validators != validators
        assert self.network.epoch == epoch + changed

    @invariant()
    def those_who_decided_in_every_epoch_are_known(self):
        assert roster.validators_of(self.network.get, self.network.epoch) == self.network.validators

    @invariant()
    def the_newest_set_is_what_the_workstations_say_of_themselves(self):
        votes = {entry.id for entry in roster.devices(self.network.get) if entry.votes}
        assert votes == self.network.voting


TestNetwork = Network.TestCase
TestNetwork.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
