import pytest

from ehr_desktop.node.crypto import body, keywrap, oprf, selftest, sharing, sign
from ehr_desktop.node.crypto.errors import SelfTestError


def test_the_installed_cryptography_passes():
    selftest.run_self_test()


@pytest.mark.parametrize(
    ("constant", "primitive"),
    [
        ("_XWING_PUBLIC_SHA256", "HPKE with X-Wing"),
        ("_ED25519_SIGNATURE", "Ed25519"),
        ("_HKDF_OUTPUT", "HKDF"),
        ("_WRAPPED", "AES-KW"),
        ("_GCM_SIV_SEALED", "AES-256-GCM-SIV"),
        ("_ARGON2ID_OUTPUT", "Argon2id"),
        ("_BODY_SEALED", "Cobblestone-256"),
        ("_OPRF_OUTPUT", "OPRF"),
    ],
)
def test_another_answer_than_the_known_one_names_the_primitive(monkeypatch, constant, primitive):
    known = getattr(selftest, constant)
    monkeypatch.setattr(selftest, constant, known[:-2] + f"{int(known[-2:], 16) ^ 1:02x}")
    with pytest.raises(SelfTestError, match=primitive):
        selftest.run_self_test()


def test_a_verifier_that_accepts_the_identity_key_does_not_pass(monkeypatch):
    monkeypatch.setattr(sign, "verify", lambda *_: True)
    with pytest.raises(SelfTestError, match="Ed25519"):
        selftest.run_self_test()


def test_keys_of_one_byte_do_not_pass(monkeypatch):
    monkeypatch.setattr(body, "new_key", lambda: b"\x01")
    with pytest.raises(SelfTestError, match="Cobblestone"):
        selftest.run_self_test()


def test_shares_that_are_the_secret_do_not_pass(monkeypatch):
    monkeypatch.setattr(sharing, "random_scalar", lambda: bytes(32))
    with pytest.raises(SelfTestError, match="sharing"):
        selftest.run_self_test()


def test_a_guard_that_answers_for_any_point_does_not_pass(monkeypatch):
    monkeypatch.setattr(oprf, "is_point", lambda _: True)
    monkeypatch.setattr(oprf, "_multiply", lambda _, point: point)
    with pytest.raises(SelfTestError, match="OPRF"):
        selftest.run_self_test()


def test_a_wrap_that_does_nothing_does_not_pass(monkeypatch):
    monkeypatch.setattr(keywrap, "wrap_key", lambda _kek, key: b"\x01" + key)
    with pytest.raises(SelfTestError, match="AES-KW"):
        selftest.run_self_test()
