"""What stands in the way of opening a clinic is told apart and said."""

import asyncio
import os
import time

import pytest

from ehr_desktop.domain.errors import (
    HomeDamagedError,
    HomeExistsError,
    HomeInUseError,
    HomeMissingError,
    HomeTooNewError,
    SignInRefusedError,
)
from ehr_desktop.domain.people import Role
from ehr_desktop.node.crypto.errors import WeakParametersError
from ehr_desktop.node.crypto.passwords import PasswordParameters
from ehr_desktop.node.keys.accounts import open_keys
from ehr_desktop.node.node import Node
from tests.support.one_pc import PASSWORDS, account, ledger_of, make_clinic, opened, story


def opening(home):
    async def attempt():
        async with opened(home):
            pass

    asyncio.run(attempt())


def test_the_second_program_on_a_clinic_is_told_who_holds_it(homes):
    home = homes.staffed()

    @story(home)
    async def _(pc):
        with pytest.raises(HomeInUseError) as refused:
            async with opened(home):
                pass
        assert f"process {os.getpid()} on" in refused.value.holder

    opening(home)


def test_a_clinic_of_a_newer_version_is_left_alone(homes):
    home = homes.staffed()
    with ledger_of(home) as database, database.writing() as connection:
        connection.exec_driver_sql("PRAGMA user_version = 99")
    before = (home / "ledger.db").read_bytes()
    with pytest.raises(HomeTooNewError):
        opening(home)
    assert (home / "ledger.db").read_bytes() == before


def test_a_folder_without_a_clinic_is_told_apart_from_a_damaged_one(tmp_path):
    for place in (tmp_path, tmp_path / "absent"):
        with pytest.raises(HomeMissingError):
            opening(place)


@pytest.mark.parametrize(
    "content", [b"", b"file\n", b"file zz\n", b"file 00ff\n", b"\xff\xfe", b"key-store gone\n"]
)
def test_a_damaged_key_file_is_named(homes, content):
    home = homes.staffed()
    (home / "workstation.key").write_bytes(content)
    with pytest.raises(HomeDamagedError) as damaged:
        opening(home)
    assert damaged.value.where == "workstation.key"


@pytest.mark.parametrize("kind", ["first page", "cut", "empty", "another key"])
def test_a_ledger_that_cannot_be_read_is_named(homes, kind):
    home = homes.staffed()
    ledger = home / "ledger.db"
    content = bytearray(ledger.read_bytes())
    if kind == "first page":
        content[100] ^= 1
    elif kind == "cut":
        del content[len(content) // 2 :]
    elif kind == "empty":
        content.clear()
    else:
        (home / "workstation.key").write_text("file " + "ab" * 32)
    ledger.write_bytes(content)
    with pytest.raises(HomeDamagedError) as damaged:
        opening(home)
    assert damaged.value.where == "ledger.db"


def test_a_failed_opening_lets_go_of_the_home(homes):
    home = homes.staffed()
    key = (home / "workstation.key").read_bytes()
    (home / "workstation.key").write_bytes(b"file zz")
    with pytest.raises(HomeDamagedError):
        opening(home)
    (home / "workstation.key").write_bytes(key)
    opening(home)


def test_a_clinic_is_not_founded_over_another(homes):
    home = homes.founded()
    before = (home / "ledger.db").read_bytes()
    with pytest.raises(HomeExistsError):
        asyncio.run(make_clinic(home, staffed=False))
    assert (home / "ledger.db").read_bytes() == before


def test_what_an_interrupted_founding_left_is_no_clinic_and_no_hindrance(tmp_path):
    half = tmp_path / "home" / "founding"
    half.mkdir(parents=True)
    (half / "ledger.db").write_bytes(b"half")
    (half / "workstation.key").write_bytes(b"file ")
    (tmp_path / "home" / "ledger.db").write_bytes(b"from a crash between two renames")
    with pytest.raises(HomeMissingError):
        opening(tmp_path / "home")
    asyncio.run(make_clinic(tmp_path / "home", staffed=False))
    opening(tmp_path / "home")


def test_nobody_else_on_this_computer_may_read_the_files(homes):
    home = homes.staffed()
    story(home, "lee")(lambda _pc: asyncio.sleep(0))
    modes = {p.name: p.stat().st_mode & 0o077 for p in home.iterdir() if p.is_file()}
    assert "ledger.db" in modes
    assert set(modes.values()) == {0}


def test_a_wrong_name_and_a_wrong_password_look_and_take_the_same(homes):
    @story(homes.staffed())
    async def _(pc):
        async def seconds(name: str) -> float:
            begun = time.perf_counter()
            with pytest.raises(SignInRefusedError) as refused:
                await pc.clinic.session.sign_in(name, "not-the-password-at-all")
            assert refused.value.args == ()
            return time.perf_counter() - begun

        known, unknown = [], []
        # the quickest of each is what a busy machine has disturbed least
        for _ in range(9):
            known.append(await seconds("lee"))
            unknown.append(await seconds("nobody"))
        ratio = min(known) / min(unknown)
        assert 1 / 1.5 < ratio < 1.5


def test_names_are_taken_as_typed_or_in_other_case_and_passwords_to_the_letter(homes):
    @story(homes.staffed())
    async def _(pc):
        session = pc.clinic.session
        assert (await session.sign_in(" LEE ", PASSWORDS["lee"])).role is Role.DOCTOR
        for wrong in (PASSWORDS["lee"].upper(), PASSWORDS["lee"] + " ", PASSWORDS["nia"], ""):
            with pytest.raises(SignInRefusedError):
                await session.sign_in("lee", wrong)


def test_a_password_is_changed_and_the_old_one_opens_nothing(homes):
    home = homes.staffed()

    @story(home, "lee")
    async def _(pc):
        lee = pc.actors["lee"]
        with pytest.raises(SignInRefusedError):
            await pc.clinic.people.change_own_password(
                lee, PASSWORDS["nia"], "b" + PASSWORDS["lee"]
            )
        await pc.clinic.people.change_own_password(lee, PASSWORDS["lee"], "b" + PASSWORDS["lee"])

    @story(home)
    async def _(pc):
        with pytest.raises(SignInRefusedError):
            await pc.clinic.session.sign_in("lee", PASSWORDS["lee"])
        assert await pc.clinic.session.sign_in("lee", "b" + PASSWORDS["lee"])
        assert (await pc.check()).faults == ()


def test_an_account_under_weak_parameters_is_not_opened(homes):
    from dataclasses import replace

    @story(homes.staffed())
    async def _(pc):
        core = pc.node._core
        kept, _ = pc.node.people._by_name("lee")
        for weak in (PasswordParameters(8, 1, 1), PasswordParameters(1 << 30, 1, 1)):
            with pytest.raises(WeakParametersError):
                open_keys(replace(kept, parameters=weak), PASSWORDS["lee"], core.site_secret)


def test_a_leaked_account_opens_nothing_without_the_site_secret(homes):
    @story(homes.staffed())
    async def _(pc):
        kept, _ = pc.node.people._by_name("lee")
        with pytest.raises(SignInRefusedError):
            open_keys(kept, PASSWORDS["lee"], bytes(32))


def test_two_administrators_cannot_make_one_name_twice(homes):
    from ehr_desktop.domain.errors import AccountNameTakenError

    @story(homes.staffed(), "admin")
    async def _(pc):
        found = await asyncio.gather(
            *(pc.clinic.people.add(pc.actors["admin"], account("kim", f"Kim {n}", Role.NURSE))
              for n in range(3)),
            return_exceptions=True,
        )  # fmt: skip
        assert sorted(type(one) is AccountNameTakenError for one in found) == [False, True, True]


def test_the_node_is_made_by_opening_a_clinic_only(tmp_path):
    with pytest.raises(TypeError):
        Node()
