"""The colours hold what WCAG asks for."""

import pytest

from ehr_desktop.ui.theme.tokens import (
    Scheme,
    boundary_pairs,
    contrast,
    text_pairs,
    tokens_of,
)

TEXT_LEAST = {Scheme.LIGHT: 4.5, Scheme.DARK: 4.5, Scheme.HIGH_CONTRAST: 7.0}
EDGE_LEAST = {Scheme.LIGHT: 3.0, Scheme.DARK: 3.0, Scheme.HIGH_CONTRAST: 4.5}


def test_contrast_agrees_with_known_ratios():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ffffff", "#ffffff") == 1.0


@pytest.mark.parametrize("scheme", list(Scheme))
def test_every_text_can_be_read_on_every_ground_it_stands_on(scheme):
    pairs = list(text_pairs(tokens_of(scheme)))
    weak = {name for name, text, ground in pairs if contrast(text, ground) < TEXT_LEAST[scheme]}
    assert len(pairs) > 50
    assert weak == set()


@pytest.mark.parametrize("scheme", list(Scheme))
def test_every_edge_that_marks_a_control_can_be_seen(scheme):
    pairs = boundary_pairs(tokens_of(scheme))
    weak = {name for name, edge, ground in pairs if contrast(edge, ground) < EDGE_LEAST[scheme]}
    assert weak == set()
