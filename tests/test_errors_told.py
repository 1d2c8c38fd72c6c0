"""A tour that goes wrong says so where one looks."""

import pytest

from ehr_desktop.explain import LOG, note
from ehr_desktop.tour.errors_told import errors_told


def test_what_nobody_expected_is_told_with_its_words_and_ends_the_tour(capsys):
    with pytest.raises(SystemExit) as ended, errors_told():
        raise KeyError("the chart of nobody")
    assert ended.value.code == 1
    assert "KeyError: 'the chart of nobody'" in capsys.readouterr().err


def test_what_is_noted_meanwhile_is_told_and_nothing_afterwards(capsys):
    before = list(LOG.handlers)
    with errors_told():
        named = note(ValueError("private"))
    assert f"noted as {named}: ValueError" in capsys.readouterr().err
    assert LOG.handlers == before
