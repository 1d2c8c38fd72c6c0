"""The command line, as an administrator and a script use it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BOSS, DOCTOR, DESK = (
    "plum-tiger-otter-violin",
    "meadow-orbit-amber-quill",
    "window-maple-drift-stone",
)
PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "identifier": [{"type": {"coding": [{"code": "MR"}]}, "value": "R-77"}],
    "name": [{"family": "Öztürk", "given": ["Ada"]}],
    "gender": "female",
    "birthDate": "1980-08-14",
}
WEIGHT = (
    '{"resourceType":"Observation","id":"o1","status":"final","code":{"text":"Body weight"},'
    '"subject":{"reference":"Patient/p1"},"effectiveDateTime":"2020-01-01",'
    '"valueQuantity":{"value":7.50,"unit":"kg"}}'
)
BAD = {"resourceType": "Observation", "id": "bad", "status": "zzz", "code": {"text": "x"}}


def run(*arguments, home=None, answer=""):
    """Run one command in a process of its own."""
    where = ["--home", str(home)] if home else []
    return subprocess.run(
        [sys.executable, "-m", "ehr_desktop", *map(str, arguments), *where],
        cwd=ROOT,
        env={**os.environ, "EHR_DESKTOP_KEY_STORE": "file"},
        input=answer,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def bundle(path, *resources):
    entries = ",".join(f'{{"resource":{resource}}}' for resource in resources)
    path.write_text(f'{{"resourceType":"Bundle","type":"collection","entry":[{entries}]}}', "utf-8")
    return path


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    """A clinic with a doctor, a receptionist and one imported patient."""
    folder = tmp_path_factory.mktemp("cli")
    home = folder / "home"
    for name, password in (("boss", BOSS), ("lee", DOCTOR), ("sam", DESK)):
        (folder / name).write_text(password + "\n", "utf-8")
    as_boss = ("--as", "boss", "--password-file", folder / "boss")
    made = run("init", "--clinic", "Quayside", "--admin", "boss", "--password-file",
               folder / "boss", "--json", home=home)  # fmt: skip
    assert made.returncode == 0, made.stderr
    for name, role in (("lee", "doctor"), ("sam", "receptionist")):
        added = run("add-user", *as_boss, "--name", name, "--role", role,
                    "--new-password-file", folder / name, "--json", home=home)  # fmt: skip
        assert added.returncode == 0, added.stderr
        assert json.loads(added.stdout)["awaits_keys"] is False
    files = [
        bundle(folder / "good.json", json.dumps(PATIENT), WEIGHT, json.dumps(BAD)),
        folder / "not.json",
    ]
    files[1].write_text("this is no bundle", "utf-8")
    taken = run("import", "--as", "lee", "--password-file", folder / "lee", "--json", *files,
                home=home)  # fmt: skip
    return folder, home, taken


def signed_in(clinic, command, who, *rest):
    folder, home, _ = clinic
    return run(command, "--as", who, "--password-file", folder / who, *rest, home=home)


def test_an_import_takes_the_good_refuses_the_bad_and_says_so(clinic):
    *_, taken = clinic
    report = json.loads(taken.stdout)
    assert (report["taken"], report["new_patients"], len(report["refused"])) == (2, 1, 1)
    assert report["refused"][0]["reference"] == "Observation/bad"
    assert [file["error"] for file in report["files"]] == ["", "not-json"]
    assert "refused: good.json, entry 3" in taken.stderr
    assert taken.returncode == 1


def test_an_export_holds_the_bytes_that_came_in(clinic, tmp_path):
    target = tmp_path / "out.json"
    done = signed_in(clinic, "export", "lee", "--patient", "R-77", "--to", target, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["resources"] == 2
    assert WEIGHT in target.read_text("utf-8")
    assert json.dumps(PATIENT) in target.read_text("utf-8")


def test_a_receptionist_exports_only_what_their_keys_open(clinic, tmp_path):
    target = tmp_path / "out.json"
    done = signed_in(clinic, "export", "sam", "--patient", "R-77", "--to", target, "--json")
    assert json.loads(done.stdout)["left_out"] == ["general"]
    assert "7.50" not in target.read_text("utf-8")
    assert done.returncode == 1


def test_patients_are_listed_and_found_with_a_typing_error(clinic):
    everyone = json.loads(signed_in(clinic, "patients", "sam", "--json").stdout)["patients"]
    assert [(p["name"], p["record_id"], p["birth_date"]) for p in everyone] == [
        ("ÖZTÜRK, Ada", "R-77", "1980-08-14")
    ]
    found = signed_in(clinic, "patients", "sam", "--search", "oztrük")
    assert "ÖZTÜRK, Ada" in found.stdout


def test_verify_finds_nothing_wrong_with_and_without_a_person(clinic):
    for done in (
        run("verify", "--json", home=clinic[1]),
        signed_in(clinic, "verify", "lee", "--json"),
    ):
        report = json.loads(done.stdout)
        assert (done.returncode, report["faults"], report["complete"]) == (0, [], True)
    assert report["views_checked"] is True


def test_status_is_one_json_object(clinic):
    status = json.loads(run("status", "--json", home=clinic[1]).stdout)
    assert status["clinic"] == "Quayside"
    assert status["pending"] == 0
    assert status["final"] > status["height"] > 0
    assert (status["validators"], status["quorum"]) == (1, 1)


def test_a_wrong_name_and_a_wrong_password_are_refused_in_the_same_words(clinic):
    folder, home, _ = clinic
    wrong = run("patients", "--as", "lee", "--password-file", folder / "boss", home=home)
    nobody = run("patients", "--as", "nobody", "--password-file", folder / "boss", home=home)
    assert wrong.returncode == nobody.returncode == 1
    assert wrong.stderr == nobody.stderr
    assert wrong.stdout == nobody.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("status",), "There is no clinic"),
        (("init", "--clinic", "X", "--admin", "a", "--password-file", "{weak}"), "15 characters"),
        (("init", "--clinic", " ", "--admin", "a", "--password-file", "{good}"), "name"),
        (("init", "--clinic", "X", "--admin", "a", "--time-zone", "Mars/Base", "--password-file",
          "{good}"), "time zone"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_in_one_sentence(tmp_path, arguments, words):
    (tmp_path / "weak").write_text("short", "utf-8")
    (tmp_path / "good").write_text(BOSS, "utf-8")
    named = [a.format(weak=tmp_path / "weak", good=tmp_path / "good") for a in arguments]
    done = run(*named, home=tmp_path / "home")
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_second_clinic_is_not_made_over_the_first(clinic):
    folder, home, _ = clinic
    again = run("init", "--clinic", "Other", "--admin", "x", "--password-file", folder / "boss",
                home=home)  # fmt: skip
    assert again.returncode == 1
    assert "already a clinic" in again.stderr
    assert json.loads(run("status", "--json", home=home).stdout)["clinic"] == "Quayside"
