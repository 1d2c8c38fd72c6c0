import json
from dataclasses import replace
from pathlib import Path

import pytest

from ehr_desktop.node.crypto.errors import WeakParametersError
from ehr_desktop.node.crypto.passwords import (
    CEILING,
    DEFAULT,
    FLOOR,
    PasswordParameters,
    default_parameters,
    stretch,
)

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "crypto.json").read_text())
SALT = bytes(range(16))


def test_the_floor_is_the_second_choice_of_rfc_9106_and_the_default_four_times_its_memory():
    assert PasswordParameters(64 * 1024, 3, 4) == FLOOR
    assert PasswordParameters(256 * 1024, 3, 4) == DEFAULT


def test_a_password_stretches_to_what_earlier_builds_gave():
    assert stretch("Grüße 1980", SALT, FLOOR).hex() == VECTORS["stretched"]


def test_composed_and_decomposed_accents_are_one_password():
    assert stretch("Gru\u0308\u00dfe 1980", SALT, FLOOR).hex() == VECTORS["stretched"]


def test_another_salt_or_password_gives_another_key():
    assert stretch("Grüße 1980", bytes(16), FLOOR).hex() != VECTORS["stretched"]
    assert stretch("grüße 1980", SALT, FLOOR).hex() != VECTORS["stretched"]


def test_half_a_surrogate_pair_from_a_keyboard_is_a_password_like_any_other():
    assert len(stretch("x\ud83d", SALT, FLOOR)) == 32


@pytest.mark.parametrize("field", ["memory_kib", "iterations", "lanes"])
def test_parameters_below_the_floor_or_above_the_ceiling_are_refused(field):
    weak = replace(FLOOR, **{field: getattr(FLOOR, field) - 1})
    exhausting = replace(FLOOR, **{field: getattr(CEILING, field) + 1})
    for parameters in (weak, exhausting):
        with pytest.raises(WeakParametersError):
            stretch("password", SALT, parameters)


def test_a_short_salt_is_refused():
    with pytest.raises(WeakParametersError):
        stretch("password", bytes(15), FLOOR)


@pytest.mark.parametrize(
    ("memory", "expected"),
    [(4 * 10**9, FLOOR), (8 * 10**9 - 1, FLOOR), (8 * 10**9, DEFAULT), (16 * 10**9, DEFAULT)],
)
def test_the_larger_cost_is_for_workstations_with_eight_gigabytes(memory, expected):
    assert default_parameters(memory) == expected
