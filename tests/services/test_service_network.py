"""Who may do what to the network."""

from asyncio import run

import pytest

from ehr_desktop.domain.errors import InvalidInputError, NotSignedInError, RefusedError
from ehr_desktop.domain.ids import DeviceId, PersonId
from ehr_desktop.domain.network import ProposerMode
from ehr_desktop.domain.people import Actor, Clinic, OpeningHours, Role, Staff
from ehr_desktop.node.node import FLOOR
from ehr_desktop.services.founding import found
from ehr_desktop.services.network import Network
from ehr_desktop.services.values import Founding
from tests.support.one_pc import ZONE, account, opened

DEVICE = DeviceId("d" * 32)


class Node:
    """A node that does what it is told, for whoever is signed in."""

    def __init__(self):
        self.signed_in = True
        self.done = []
        self.network = self

    def require(self, actor):
        if not self.signed_in:
            raise NotSignedInError(actor.session)

    async def status(self):
        return "status"

    async def consensus(self):
        return "consensus"

    async def add_address(self, text):
        if "/" in text:
            raise InvalidInputError("address", "unknown")
        self.done.append(("address", text))

    async def remove(self, actor, device):
        self.done.append(("remove", actor.role, device))

    async def set_weights(self, actor, weights):
        self.done.append(("weights", actor.role, weights))


def actor(role):
    return Actor("session", Staff(PersonId("a" * 32), "amara", "Amara Osei", role))


@pytest.fixture
def node():
    return Node()


@pytest.fixture
def network(node):
    return Network(node)


async def refused(work):
    with pytest.raises(RefusedError) as caught:
        await work
    return caught.value.outcome.rule


@pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.NURSE, Role.DOCTOR])
def test_only_an_administrator_changes_the_network(node, network, role):
    someone = actor(role)
    assert run(refused(network.remove(someone, DEVICE))) == "role"
    assert run(refused(network.set_weights(someone, {DEVICE: 3}))) == "role"
    assert node.done == []
    assert run(network.status(someone)) == "status"
    assert run(network.consensus(someone)) == "consensus"


def test_an_administrator_removes_and_sets_votes(node, network):
    administrator = actor(Role.ADMINISTRATOR)
    run(network.remove(administrator, DEVICE))
    run(network.set_weights(administrator, {DEVICE: 1000}))
    assert node.done == [
        ("remove", Role.ADMINISTRATOR, DEVICE),
        ("weights", Role.ADMINISTRATOR, {DEVICE: 1000}),
    ]


@pytest.mark.parametrize("weight", [-1, 1001])
def test_a_vote_beyond_its_bounds_is_refused_before_it_is_signed(node, network, weight):
    with pytest.raises(InvalidInputError) as caught:
        run(network.set_weights(actor(Role.ADMINISTRATOR), {DEVICE: weight}))
    assert caught.value.field == "weights"
    assert node.done == []


@pytest.mark.parametrize(
    ("typed", "reason"), [("  ", "empty"), ("h" * 261, "too-long"), ("http://pc", "unknown")]
)
def test_what_is_no_address_is_refused(network, typed, reason):
    with pytest.raises(InvalidInputError) as caught:
        run(network.add_address(actor(Role.NURSE), typed))
    assert (caught.value.field, caught.value.reason) == ("address", reason)


def test_an_address_is_given_on_without_what_stands_around_it(node, network):
    run(network.add_address(actor(Role.NURSE), " room-2:7411 "))
    assert node.done == [("address", "room-2:7411")]


def test_nobody_who_is_not_signed_in_sees_anything(node, network):
    node.signed_in = False
    someone = actor(Role.ADMINISTRATOR)
    for work in (
        network.status(someone),
        network.consensus(someone),
        network.add_address(someone, "room-2"),
        network.remove(someone, DEVICE),
        network.set_weights(someone, {}),
    ):
        with pytest.raises(NotSignedInError):
            run(work)


@pytest.mark.parametrize("mode", ProposerMode)
def test_a_clinic_proposes_in_the_way_it_was_founded_with(tmp_path, mode):
    administrator = account("admin", "Ada Admin", Role.ADMINISTRATOR)
    clinic = Clinic("Test clinic", ZONE, OpeningHours())

    async def story():
        founding = Founding(clinic, administrator, "PC 1", mode)
        await found(tmp_path / "home", founding, parameters=FLOOR)
        async with opened(tmp_path / "home", "admin") as pc:
            return await pc.clinic.network.consensus(pc.actors["admin"])

    status = run(story())
    assert status.mode is mode
    assert [(voter.name, voter.weight) for voter in status.voters] == [("PC 1", 1)]
