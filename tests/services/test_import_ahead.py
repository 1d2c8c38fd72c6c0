"""Reading ahead gives the same in a process of its own and here, and survives that process."""

import json
import os

import pytest

from ehr_desktop.config import resources_folder
from ehr_desktop.interchange.fhir.validate import Validator
from ehr_desktop.services import import_ahead
from ehr_desktop.services.import_ahead import WORTH_A_PROCESS, read_ahead


@pytest.fixture(scope="module")
def validator():
    return Validator.load(resources_folder() / "fhir_r4" / "table.json.gz")


def bundle(path, names, padding=1):
    entries = [
        {"resource": {"resourceType": "Patient", "id": name, "name": [{"family": "x" * padding}]}}
        for name in names
    ]
    content = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    path.write_text(json.dumps(content))
    return path


def read(files, validator):
    told = []
    found = [
        (index, [entry.record.reference for entry in batch.entries], batch.error)
        for index, batch in read_ahead(files, validator, told.append)
    ]
    return found, [(one.file, one.entries, one.bytes_done, one.bytes_total) for one in told]


@pytest.fixture
def large(tmp_path):
    names = [f"p{number}" for number in range(700)]
    broken = tmp_path / "broken.json"
    broken.write_text('{"resourceType": "Bundle", "entry": [')
    return [
        bundle(tmp_path / "large.json", names, padding=WORTH_A_PROCESS // 700),
        broken,
        bundle(tmp_path / "small.json", ["last"]),
    ]


def test_a_process_of_its_own_gives_what_reading_here_gives(large, validator, monkeypatch):
    elsewhere = read(large, validator)
    monkeypatch.setattr(import_ahead, "WORTH_A_PROCESS", 1 << 60)
    assert read(large, validator) == elsewhere
    found, _ = elsewhere
    assert [(index, len(names), error) for index, names, error in found] == [
        (0, 500, ""),
        (0, 200, ""),
        (1, 0, "truncated"),
        (2, 1, ""),
    ]


def test_what_a_process_that_dies_did_not_give_is_read_here(large, validator, monkeypatch):
    whole, _ = read(large, validator)
    sent = import_ahead._read_elsewhere

    def dies(files, validator):
        found = sent(files, validator)
        yield next(found)
        found.close()

    monkeypatch.setattr(import_ahead, "_read_elsewhere", dies)
    assert read(large, validator)[0] == whole


def test_closing_it_early_ends_the_process(large, validator):
    batches = read_ahead(large, validator, lambda _told: None)
    next(batches)
    (child,) = import_ahead.multiprocessing.active_children()
    batches.close()
    assert not child.is_alive()
    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)
