"""What makes a workstation the kiosk, and what staff may set about it."""

from pathlib import Path

import pytest

from ehr_desktop.config import KIOSK_LANGUAGES, read_config
from ehr_desktop.ui.kiosk.drives import save_places
from ehr_desktop.ui.kiosk.language import CODES, language


def test_without_a_word_the_program_is_no_kiosk():
    assert not read_config([]).kiosk


def test_the_kiosk_is_asked_for_with_what_staff_may_set():
    config = read_config(
        ["--kiosk", "--kiosk-language", "ta", "--wipe-after", "45", "--shuffle-pin",
         "--save-to", "/records"]
    )  # fmt: skip
    assert (config.kiosk, config.kiosk_language, config.wipe_after_s) == (True, "ta", 45)
    assert (config.shuffle_pin, config.save_to) == (True, Path("/records"))
    assert config.command == ""


@pytest.mark.parametrize("seconds", ["19", "61", "soon"])
def test_it_clears_itself_within_a_minute(seconds, capsys):
    with pytest.raises(SystemExit):
        read_config(["--kiosk", "--wipe-after", seconds])
    assert "--wipe-after" in capsys.readouterr().err


def test_every_language_that_can_be_asked_for_is_there():
    assert CODES == KIOSK_LANGUAGES
    assert {language(code).code for code in KIOSK_LANGUAGES} == set(KIOSK_LANGUAGES)


def test_the_clinics_folder_is_a_place_to_save_to(tmp_path):
    assert save_places(tmp_path)[-1].folder == tmp_path
    assert all(place.name for place in save_places(None))
