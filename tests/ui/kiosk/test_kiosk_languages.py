"""The translations: complete, with the same places to fill, and with no English left in them."""

import ast
import re
from datetime import UTC, date
from pathlib import Path
from string import Formatter

import pytest

import ehr_desktop.ui.kiosk as package
from ehr_desktop.domain.categories import Category
from ehr_desktop.domain.consent import Basis, RequestState
from ehr_desktop.domain.people import Role
from ehr_desktop.ui.kiosk.language import CODES, language, languages
from ehr_desktop.ui.kiosk.phrases import categories, purpose, reaction
from ehr_desktop.ui.kiosk.plurals import plural_form, plural_forms
from ehr_desktop.ui.kiosk.record_words import parts_of
from tests.support.kiosk_summary import made_summary

ENGLISH = language("en")
OTHERS = [one for one in CODES if one != "en"]
SCRIPTS = {"ar": ("\u0600", "\u06ff"), "hi": ("\u0900", "\u097f"), "ta": ("\u0b80", "\u0bff")}
SAME_EVERYWHERE = {"arrive.appointment", "look.person", "share.opened-one"}
"""Sentences that hold nothing but places to fill."""
ALSO_IN_LATIN = {"PIN", "PDF", "FHIR", "USB"}
COGNATES = {("fr", "summary.allergies"), ("fr", "until.month")}
"""Words that French writes as English does."""
FOOT = {"common.back", "common.home", "common.finish"}
CODED = {
    "category": {one.value for one in Category},
    "role": {one.value for one in Role},
    "requests": {one.value for one in RequestState} - {"open"},
    "look.basis": {one.value for one in Basis},
    "look": {"open", "print", "export"},
    "purpose": set(),
    "reason": set(),
    "sorry": set(),
}
"""Codes that are looked up under a prefix; empty where any code may stand."""


def forms(text):
    """Give every form of a text."""
    return [text] if isinstance(text, str) else list(text.values())


def places(text):
    """Give the names of the places a text has to fill."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def looked_up():
    """Give what the pages ask for: whole keys, and prefixes that a code completes."""
    keys, prefixes = set(), set()
    for path in Path(package.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if re.fullmatch(r"[a-z-]+(\.[a-z-]+)+", node.value):
                    keys.add(node.value)
            elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                prefixes.add(node.values[0].value.removesuffix("."))
    return keys, prefixes


def test_there_are_six_languages_one_from_right_to_left_two_of_india():
    assert CODES == ("en", "es", "fr", "ar", "hi", "ta")
    assert [one.code for one in languages() if one.right_to_left] == ["ar"]


def test_every_sentence_that_pages_ask_for_is_there():
    keys, prefixes = looked_up()
    asked = {
        key for key in keys if key.split(".")[0] in {one.split(".")[0] for one in ENGLISH.texts}
    }
    assert asked - set(ENGLISH.texts) == set()
    for prefix in prefixes & set(CODED):
        for code in CODED[prefix]:
            assert f"{prefix}.{code}" in ENGLISH.texts


def test_no_sentence_is_there_that_nobody_asks_for():
    keys, _ = looked_up()
    coded = {
        f"{prefix}."
        for prefix in (
            "category",
            "role",
            "purpose",
            "reason",
            "look.basis",
            "criticality",
            "severity",
        )
    }
    coded |= {"requests.", "sorry.", "look."}
    idle = {key for key in ENGLISH.texts if key not in keys and not key.startswith(tuple(coded))}
    assert idle == set()


@pytest.mark.parametrize("code", OTHERS)
def test_every_sentence_is_translated(code):
    assert set(language(code).texts) == set(ENGLISH.texts)
    assert all(form.strip() for text in language(code).texts.values() for form in forms(text))


@pytest.mark.parametrize("code", OTHERS)
def test_every_sentence_has_the_same_places_to_fill(code):
    for key, text in language(code).texts.items():
        wanted = places(forms(ENGLISH.texts[key])[0])
        for form in forms(text):
            assert places(form) == wanted, (key, form)


@pytest.mark.parametrize("code", CODES)
def test_a_counted_sentence_has_every_form_of_its_language(code):
    for key, text in language(code).texts.items():
        assert isinstance(text, str) == isinstance(ENGLISH.texts[key], str), key
        if not isinstance(text, str):
            assert set(text) == set(plural_forms(code)), key


@pytest.mark.parametrize("code", OTHERS)
def test_no_sentence_was_left_in_english(code):
    for key, text in language(code).texts.items():
        if key in SAME_EVERYWHERE or (code, key) in COGNATES:
            continue
        assert not set(forms(text)) & set(forms(ENGLISH.texts[key])), key


@pytest.mark.parametrize("code", SCRIPTS)
def test_a_language_is_written_in_its_own_script(code):
    first, last = SCRIPTS[code]
    for key, text in language(code).texts.items():
        for form in forms(text):
            bare = re.sub(r"\{[a-z]+\}", "", form)
            assert set(re.findall(r"[A-Za-z]+", bare)) <= ALSO_IN_LATIN, (key, form)
            if key not in SAME_EVERYWHERE:
                assert any(first <= letter <= last for letter in bare), (key, form)


@pytest.mark.parametrize("code", CODES)
def test_nothing_else_says_what_the_ways_out_of_a_page_say(code):
    ways = {key: text for key, text in language(code).texts.items() if key in FOOT}
    others = [text for key, text in language(code).texts.items() if key not in FOOT]
    assert len(ways) == len(FOOT)
    assert [text for text in others if text in ways.values()] == []


@pytest.mark.parametrize("code", CODES)
def test_digits_are_western_in_every_language(code):
    one = language(code)
    everything = [form for text in one.texts.values() for form in forms(text)]
    everything += [key for page in one.keyboard for row in page for key in row]
    assert not [text for text in everything for letter in text if letter.isdigit() and letter > "9"]
    assert {"0", "1", "9"} <= {key for page in one.keyboard for row in page for key in row}


@pytest.mark.parametrize("code", CODES)
def test_the_keyboard_has_every_letter_once_and_fits_on_a_row(code):
    for page in language(code).keyboard:
        keys = [key for row in page for key in row]
        assert len(keys) == len(set(keys))
        assert max(len(row) for row in page) <= 13


@pytest.mark.parametrize("code", CODES)
def test_the_letters_of_the_sentences_are_on_the_keyboard(code):
    one = language(code)
    keys = {key for page in one.keyboard for row in page for key in row}
    for key in ("ask.why", "ask.who", "ask.mistake"):
        missing = {letter for letter in one.texts[key].lower() if letter.isalpha()} - keys
        assert missing == set(), key


@pytest.mark.parametrize(
    ("code", "number", "form"),
    [
        ("en", 0, "other"), ("en", 1, "one"), ("fr", 0, "one"), ("fr", 2, "other"),
        ("hi", 0, "one"), ("ta", 1, "one"), ("es", 5, "other"),
        ("ar", 0, "zero"), ("ar", 1, "one"), ("ar", 2, "two"), ("ar", 3, "few"), ("ar", 10, "few"),
        ("ar", 11, "many"), ("ar", 99, "many"), ("ar", 100, "other"), ("ar", 103, "few"),
    ],
)  # fmt: skip
def test_numbers_ask_for_the_form_cldr_says(code, number, form):
    assert plural_form(code, number) == form


def test_a_foreign_name_cannot_turn_an_arabic_sentence_around():
    said = language("ar").say("stop.title", who="Tom Hale")
    assert said.startswith("\u200f")
    assert "\u2068Tom Hale\u2069" in said


def test_what_a_record_says_of_an_allergy_is_translated_where_it_is_a_code():
    said = reaction(language("fr"), "Blistering rash; moderate; criticality low")
    assert said == "Blistering rash, modérée, Risque faible"


def test_a_whole_record_is_named_as_a_whole():
    one = language("en")
    assert categories(one, Category) == (
        "Your whole medical record, Name and contact details, Appointments, Insurance and bills"
    )
    assert categories(one, [Category.LABS, Category.EMERGENCY]) == (
        "Allergies and emergency information, Laboratory results"
    )


def test_a_code_that_is_newer_than_the_translations_stays_what_it_is():
    assert purpose(language("ta"), "quality-review") == "quality-review"


def test_a_dose_keeps_its_order_in_arabic():
    one = language("ar")
    dose = "\u2068500 mg twice a day\u2069"
    assert one.listed(["500 mg twice a day", "x"]).startswith(f"\u200f{dose}")
    lines = [line for part in parts_of(one, made_summary("Ashworth"), UTC) for line in part.lines]
    assert any(detail.startswith(f"\u200f{dose}") for _, detail in lines)
    titles = [title for title, _ in lines]
    assert "\u2068HbA1c: 48 mmol/mol\u2069" in titles
    assert all(title[0] in "\u2068\u200f" for title in titles)
    assert language("fr").listed(["500 mg", "x"]) == "500 mg, x"


def test_dates_are_written_as_the_language_does():
    day = date(2026, 8, 1)
    assert [one.day(day) for one in languages()] == [
        "1 August 2026",
        "1 de agosto de 2026",
        "1er août 2026",
        "1 أغسطس 2026",
        "1 अगस्त 2026",
        "1 ஆகஸ்ட் 2026",
    ]
    assert language("es").month_of(day) == "agosto de 2026"
