"""What is shown ahead of the ledger: whatever becomes of it, the view is as one built anew."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from ehr_desktop.domain.patients import Demographics
from ehr_desktop.domain.people import Team
from ehr_desktop.domain.projection import PatientRow
from ehr_desktop.domain.schedule import AppointmentStatus
from ehr_desktop.node.store.views.changes import (
    AheadChange,
    AppointmentMoved,
    AppointmentStatusChanged,
    AppointmentWords,
    ViewStep,
    row_of,
)
from ehr_desktop.node.store.views.views import Views
from ehr_desktop.node.viewing.ahead import Ahead
from tests.support.view_changes import ADA, BOB, KEY, NAMES, NINE, NURSE, booked, note, registered
from tests.support.view_changes import written as entry

HOUR = 3_600_000
NUMBERS = itertools.count()


def moved(number, hours):
    known = booked(number)
    return AppointmentMoved(
        known.id, NURSE, NINE + hours * HOUR, 30, "2026-08-14T12:00", "Europe/Berlin", False
    )


def named(patient, given_name, **changes):
    row = PatientRow(Demographics("Lovelace", given_name, phone=f"07{len(given_name):04}"))
    return registered(patient, row=row, **changes)


SAID = [
    [named(ADA, "Ada")],
    [named(ADA, "Augusta Ada"), entry(1, note(title="first"))],
    [named(BOB, "Bob")],
    [entry(1, note(title="second"), version=2, amends=True)],
    [entry(1, note(title="another second"), version=2, amends=True)],
    [entry(2), entry(3)],
    [entry(3, note(title="amended"), version=2), named(BOB, "Robert")],
    [booked(1)],
    [booked(2, NINE + HOUR)],
    [moved(1, 3)],
    [moved(1, 5), AppointmentWords(booked(1).id, "moved", "", "asked")],
    [AppointmentStatusChanged(booked(1).id, AppointmentStatus.ARRIVED, NINE)],
    [AppointmentStatusChanged(booked(2).id, AppointmentStatus.CANCELLED, NINE)],
    [AppointmentWords(booked(2).id, "why", "comment", "")],
]


def name(number):
    return bytes([number]) * 32


def read(transaction):
    return SAID[transaction[0]]


def rows(changes):
    return {row_of(change) for change in changes}


class Clinic:
    """A view that follows a ledger, and what that ledger says."""

    def __init__(self, folder):
        self.folder = folder
        self.views = Views.open(folder / f"{next(NUMBERS)}.db", KEY, Team.CLINICAL)
        self.ahead = Ahead(())
        self.final, self.waiting = [], []

    def take(self, step):
        self.views.take(step)
        self.ahead.took(step)
        # nothing is remembered but what the file holds
        self.ahead = Ahead(self.views.ahead())

    def expect(self, waiting):
        self.waiting = waiting
        self.take(self.ahead.expected(waiting, frozenset(), read))

    def decide(self, accepted, refused):
        self.final += accepted
        ended = frozenset(accepted + refused)
        self.waiting = [t for t in self.waiting if t not in ended]
        self.take(self.ahead.decided(accepted, ended, read))

    def anew(self, waiting):
        views = Views.open(self.folder / f"{next(NUMBERS)}.db", KEY, Team.CLINICAL)
        for transaction in self.final:
            views.apply(read(transaction), 0)
        for transaction in waiting:
            for row in sorted(rows(read(transaction))):
                changes = [c for c in read(transaction) if row_of(c) == row]
                views.take(ViewStep(ahead=[AheadChange(transaction, row, changes)]))
        return views


def found(views):
    searched = ("lovelace", "ada", "augusta", "bob", "robert", "0700", "robbert")
    return [sorted(m.patient.id for m in views.patients.search(t).matches) for t in searched]


@st.composite
def histories(draw):
    """Give turns of a clinic: what is expected, or what was accepted and what has ended."""
    unsigned, waiting, turns = draw(st.permutations(range(len(SAID)))), [], []
    for taken in draw(st.lists(st.integers(0, 5), min_size=2, max_size=8)):
        waiting, unsigned = [*waiting, *unsigned[:taken]], unsigned[taken:]
        order = draw(st.permutations(waiting)) if draw(st.booleans()) else waiting
        kept = [name(t) for t in order if draw(st.integers(0, 4))]
        if draw(st.booleans()):
            turns.append((kept, None))
        else:
            ended = order[: draw(st.integers(0, len(order)))]
            waiting = [t for t in waiting if t not in ended]
            turns.append(([n for n in kept if n[0] in ended], [name(t) for t in ended]))
    return turns


@settings(max_examples=40, deadline=None)
@given(turns=histories())
def test_whatever_becomes_of_what_waits_the_view_is_as_one_built_anew(tmp_path_factory, turns):
    clinic = Clinic(tmp_path_factory.getbasetemp())
    for listed, ended in turns:
        if ended is None:
            clinic.expect(listed)
        else:
            clinic.decide(listed, [t for t in ended if t not in listed])
    anew, final = clinic.anew(clinic.waiting), clinic.anew([])
    try:
        assert clinic.views.contents() == anew.contents()
        assert clinic.views.snapshot()[1] == final.contents()
        assert found(clinic.views) == found(anew)
        shown = {row for t in clinic.waiting for row in rows(read(t))}
        assert {row for _, row in clinic.views.ahead()} == shown
    finally:
        for views in (clinic.views, anew, final):
            views.close()


def test_what_becomes_final_as_it_was_shown_only_loses_its_mark(tmp_path):
    clinic = Clinic(tmp_path)
    clinic.expect([name(0), name(7)])
    assert clinic.views.patients.patient(ADA).pending
    assert clinic.views.appointments.appointment(booked(1).id, NAMES).pending
    step = clinic.ahead.decided([name(0), name(7)], frozenset({name(0), name(7)}), read)
    assert (list(step.undone), step.changes, step.ahead) == ([], [], [])
    clinic.take(step)
    assert not clinic.views.patients.patient(ADA).pending
    assert not clinic.views.appointments.appointment(booked(1).id, NAMES).pending
    clinic.views.close()


def test_a_refused_registration_leaves_nothing_behind_to_be_found_by(tmp_path):
    clinic = Clinic(tmp_path)
    clinic.expect([name(2)])
    assert clinic.views.patients.search("bob").matches[0].patient.pending
    clinic.decide([], [name(2)])
    assert clinic.views.patients.search("bob").total == 0
    assert clinic.views.patients.count() == 0
    clinic.views.close()


def test_what_the_others_wrote_stands_below_what_still_waits_here(tmp_path):
    clinic = Clinic(tmp_path)
    clinic.decide([name(7)], [])
    clinic.expect([name(11)])
    clinic.decide([name(9)], [])
    shown = clinic.views.appointments.appointment(booked(1).id, NAMES)
    assert (shown.status, shown.provider, shown.pending) == (AppointmentStatus.ARRIVED, NURSE, True)
    clinic.decide([], [name(11)])
    shown = clinic.views.appointments.appointment(booked(1).id, NAMES)
    assert (shown.status, shown.provider, shown.pending) == (AppointmentStatus.BOOKED, NURSE, False)
    clinic.views.close()
