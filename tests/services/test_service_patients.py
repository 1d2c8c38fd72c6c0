"""Patients are registered, found, changed and told apart, whatever they are called."""

import json
from dataclasses import replace

import pytest

from ehr_desktop.domain.errors import InvalidInputError, NotFoundError, WeakPasswordError
from ehr_desktop.domain.ids import PatientId
from ehr_desktop.domain.patients import Demographics, Sex
from ehr_desktop.domain.people import Team
from ehr_desktop.domain.records import NewRecord
from ehr_desktop.services.passwords import check_password, strength, suggest_pass_phrase
from tests.support.one_pc import ANNA, story

NAMES = (
    ("Smith", "Anna"),
    ("Ó Briain", "Síle"),
    ("Þórðardóttir", "Björk"),
    ("Nguyễn", "Thị Hương"),
    ("Иванова", "Ольга"),
    ("Παπαδοπούλου", "Ελένη"),
    ("محمد", "عائشة"),
    ("כהן", "רחל"),
    ("王", "小明"),
    ("山田", "花子"),
    ("김", "민준"),
    ("गुप्ता", "आरव"),
    ("สมใจ", "ใจดี"),
    ("\u202eevil", "\u200fmixed left"),
    ("<b>Bold</b>", "<img src=x onerror=alert(1)>"),
    ("O'Neil; DROP TABLE patient", '"quoted" %_\\'),
    ("👩🏽‍⚕️", "e\u0301 é"),
    ("x" * 300, "y" * 300),
    ("ﷺ" * 100, "\U0001f9d1" * 100),
    ("", "Only"),
    ("Only", ""),
)


@pytest.fixture(scope="module")
def registered(homes):
    home = homes.staffed()

    @story(home, "rae")
    async def found(pc):
        return [
            await pc.clinic.patients.register(pc.actors["rae"], Demographics(family, given))
            for family, given in NAMES
        ]

    return home, found


def test_a_name_in_any_script_comes_back_as_it_was_typed(registered):
    home, found = registered

    @story(home, "rae")
    async def _(pc):
        for (family, given), summary in zip(NAMES, found, strict=True):
            again = await pc.clinic.patients.get(pc.actors["rae"], summary.id)
            assert (again.demographics.family, again.demographics.given) == (family, given)


@pytest.mark.parametrize("number", range(13))
def test_a_name_in_any_script_is_found(registered, number):
    home, found = registered

    @story(home, "rae")
    async def _(pc):
        for text in NAMES[number]:
            page = await pc.clinic.patients.search(pc.actors["rae"], text)
            assert found[number].id in [match.patient.id for match in page.matches]


def test_record_numbers_are_given_out_once_each_in_order(registered):
    numbers = [summary.demographics.record_number for summary in registered[1]]
    assert len(set(numbers)) == len(numbers)
    assert numbers == sorted(numbers)


@pytest.mark.parametrize(
    ("demographics", "field"),
    [
        (Demographics("", "  "), "family"),
        (replace(ANNA, address="x" * 2001), "address"),
        (replace(ANNA, birth_date="1980-13-01"), "birth_date"),
        (replace(ANNA, birth_date="yesterday"), "birth_date"),
    ],
)
def test_what_cannot_be_is_told_by_field_and_nobody_is_registered(homes, demographics, field):
    @story(homes.staffed(), "rae")
    async def _(pc):
        with pytest.raises(InvalidInputError) as wrong:
            await pc.clinic.patients.register(pc.actors["rae"], demographics)
        assert wrong.value.field == field
        assert (await pc.clinic.patients.search(pc.actors["rae"], "")).total == 0


def test_a_change_at_the_front_desk_keeps_what_no_form_shows(homes):
    body = (
        b'{"resourceType":"Patient","id":"p1","extension":[{"url":"http://example.org/x",'
        b'"valueDecimal":7.50}],"name":[{"family":"Smith","given":["Anna"],"prefix":["Dr"]}],'
        b'"telecom":[{"system":"phone","value":"1"}],"birthDate":"1980-05-01",'
        b'"contact":[{"name":{"text":"Ben"}}]}'
    )

    @story(homes.staffed(), "lee", "rae")
    async def _(pc):
        new = NewRecord("demographics", "Patient", body)
        patient, _ = await pc.node.charts.write(pc.actors["lee"], None, [new])
        rae = pc.actors["rae"]
        known = await pc.clinic.patients.get(rae, patient)
        changed = replace(
            known.demographics, family="Jones", phone="2", sex=Sex.FEMALE, birth_date="1981"
        )
        after = await pc.clinic.patients.change(rae, patient, changed)
        assert after.demographics == changed
        receipt = await pc.node.charts.receive(
            rae, patient, purpose="administration", team=Team.FRONT_DESK
        )
        stored = (await pc.node.charts.open(rae, receipt, known.record, None, {})).body
        assert b"7.50" in stored
        resource = json.loads(stored)
        assert resource["contact"] == [{"name": {"text": "Ben"}}]
        assert resource["name"][0]["prefix"] == ["Dr"]
        original = await pc.node.charts.open(rae, receipt, known.record, 1, {})
        assert original.body == body
        page = await pc.clinic.patients.search(rae, "jones")
        assert [match.patient.id for match in page.matches] == [patient]


def test_somebody_registered_already_is_pointed_out(homes):
    @story(homes.staffed(), "rae")
    async def _(pc):
        rae = pc.actors["rae"]
        anna = await pc.clinic.patients.register(rae, replace(ANNA, insurance_id="A-1"))
        for typed, strong in (
            (ANNA, True),
            (Demographics("Smith", "Ana", "1980-05-01"), None),
            (Demographics("Other", "Name", insurance_id="A-1"), None),
        ):
            warnings = await pc.clinic.patients.duplicates(rae, typed)
            assert [w.patient.id for w in warnings] == [anna.id]
            assert strong is None or warnings[0].strong is strong
        assert await pc.clinic.patients.duplicates(rae, Demographics("Wholly", "Other")) == ()


def test_nobody_is_told_apart_from_somebody(homes):
    @story(homes.staffed(), "rae")
    async def _(pc):
        for attempt in (
            lambda: pc.clinic.patients.get(pc.actors["rae"], PatientId("ab" * 16)),
            lambda: pc.clinic.patients.change(pc.actors["rae"], PatientId("ab" * 16), ANNA),
        ):
            with pytest.raises(NotFoundError):
                await attempt()


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "short"),
        ("fourteen-chars", "short"),
        ("aaaaaaaaaaaaaaaaaaaa", "common"),
        ("abcabcabcabcabcabc", "common"),
        ("qwertyuiopasdfghjkl", "common"),
        ("12345678901234567890", "common"),
        ("password123password123", "common"),
        ("receptionist1-ab", "account-name"),
    ],
)
def test_a_password_that_would_not_hold_is_refused_with_its_reason(password, reason):
    with pytest.raises(WeakPasswordError) as weak:
        check_password(password, "receptionist1")
    assert weak.value.reason == reason
    assert strength(password, "receptionist1").score == 0


def test_a_suggested_pass_phrase_is_accepted_and_never_the_same():
    phrases = {suggest_pass_phrase() for _ in range(50)}
    assert len(phrases) == 50
    for phrase in phrases:
        check_password(phrase, "lee")
        assert strength(phrase, "lee").score >= 3
