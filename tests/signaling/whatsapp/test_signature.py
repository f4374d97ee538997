"""A webhook is Meta's or it is nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.whatsapp.signature import challenge_to_echo, sign, verify

BODY = b'{"object":"whatsapp_business_account","entry":[]}'
SECRET = "demo-app-secret-01"
SIGNATURE = "sha256=855f3ff3b5f6f84ccfedcdd13750393c59a5f9a620a7c78ed20e8ad7a2905395"


def test_signs_as_meta_does() -> None:
    assert sign(BODY, SECRET) == SIGNATURE, "the signature differs from the reference vector"


def test_takes_the_reference_signature() -> None:
    assert verify(BODY, SIGNATURE, SECRET), "a genuine webhook would be refused"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256=",
        SIGNATURE.removeprefix("sha256="),
        SIGNATURE.replace("sha256", "sha1"),
        SIGNATURE[:-1],
        SIGNATURE + "0",
        SIGNATURE[:-1] + "6",
        "sha256=ü",
        "\udcff\udcfe",
    ],
)
def test_refuses_any_other_header(header: str | None) -> None:
    assert not verify(BODY, header, SECRET), "a forged webhook would be taken"


def test_refuses_another_secret() -> None:
    assert not verify(BODY, SIGNATURE, "demo-app-secret-02"), "any app's signature would do"


@given(body=st.binary(), index=st.integers(min_value=0), bit=st.integers(0, 7))
def test_refuses_a_body_with_one_bit_changed(body: bytes, index: int, bit: int) -> None:
    header = sign(body, SECRET)
    assert verify(body, header, SECRET), "a genuine webhook would be refused"
    changed = bytearray(body or b"\0")
    changed[index % len(changed)] ^= 1 << bit
    assert not verify(bytes(changed), header, SECRET), "a changed body would be taken"


def test_echoes_the_challenge_as_it_is() -> None:
    assert challenge_to_echo("subscribe", "mine", " 0019\n", "mine") == " 0019\n", "Meta refuses the callback"


@pytest.mark.parametrize(
    ("mode", "token", "challenge"),
    [
        ("subscribe", "yours", "1"),
        ("subscribe", None, "1"),
        ("subscribe", "mine", None),
        ("unsubscribe", "mine", "1"),
        (None, "mine", "1"),
        ("subscribe", "mïne\udc80", "1"),
    ],
)
def test_refuses_a_wrong_handshake(mode: str | None, token: str | None, challenge: str | None) -> None:
    assert challenge_to_echo(mode, token, challenge, "mine") is None, "a stranger could claim the callback"
