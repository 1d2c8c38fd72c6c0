import pytest

from ehr_desktop.node.ledger.codec import CodecError
from ehr_desktop.node.ledger.fields import MAX_INTEGER, Fields


def test_elements_are_taken_in_order_and_then_none_is_left():
    fields = Fields((1, b"ab", b"abc", "text", (5, 6), None, True, 7))
    fields.version(1)
    assert fields.octets(2, 4) == b"ab"
    assert fields.octets_up_to(3) == b"abc"
    assert fields.text(4) == "text"
    assert fields.array(2) == (5, 6)
    assert fields.value() is None
    assert fields.left == 2
    assert fields.flag() is True
    assert fields.rest(1) == (7,)
    fields.end()


@pytest.mark.parametrize(
    ("element", "take"),
    [
        (-1, lambda f: f.integer()),
        (MAX_INTEGER + 1, lambda f: f.integer()),
        (True, lambda f: f.integer()),
        ("1", lambda f: f.integer()),
        (None, lambda f: f.integer()),
        (4, lambda f: f.integer(low=5)),
        (2, lambda f: f.version(1)),
        (b"abc", lambda f: f.octets(2, 4)),
        ("ab", lambda f: f.octets(2)),
        (b"abc", lambda f: f.octets_up_to(2)),
        ("abc", lambda f: f.octets_up_to(3)),
        ("abc", lambda f: f.text(2)),
        ("", lambda f: f.text(2, least=1)),
        (b"a", lambda f: f.text(2)),
        (1, lambda f: f.flag()),
        (None, lambda f: f.flag()),
        ((1, 2), lambda f: f.array(1)),
        ((), lambda f: f.array(1, least=1)),
        ("ab", lambda f: f.array(2)),
        (1, lambda f: f.rest(0)),
        (1, lambda f: f.end()),
    ],
)
def test_an_element_of_another_kind_or_size_is_refused(element, take):
    with pytest.raises(CodecError):
        take(Fields((element,)))


@pytest.mark.parametrize("value", [1, b"ab", "ab", None, {"a": 1}])
def test_only_arrays_have_fields(value):
    with pytest.raises(CodecError):
        Fields(value)


def test_taking_more_than_there_is_is_refused():
    with pytest.raises(CodecError, match="missing"):
        Fields(()).value()
