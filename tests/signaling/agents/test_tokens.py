"""Who a token signs in, and every way in which it does not."""

import jwt
import pytest

from signaling.agents.tokens import AUDIENCE, DEFAULT_TTL_S, InvalidToken, Role, WeakSecret, issue, verify

SECRET = "s" * 32
NOW = 1_795_334_400.0


def _signed(**claims: object) -> str:
    whole = {"sub": "ann", "aud": AUDIENCE, "exp": int(NOW) + 60} | claims
    kept = {name: value for name, value in whole.items() if value is not None}
    return jwt.encode(kept, SECRET, algorithm="HS256")


def test_a_token_signs_its_agent_in_until_it_expires() -> None:
    token = issue("ann", secret=SECRET, now=NOW)
    assert verify(token, secret=SECRET, now=NOW + DEFAULT_TTL_S - 1) == ("ann", Role.AGENT)
    with pytest.raises(InvalidToken, match="expired"):
        verify(token, secret=SECRET, now=NOW + DEFAULT_TTL_S)


def test_the_token_is_judged_by_our_clock_and_not_by_the_machines() -> None:
    assert verify(issue("ann", secret=SECRET, now=0.0, ttl=10.0), secret=SECRET, now=5.0).name == "ann"


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("", "not a token"),
        ("no.token.at-all", "not a token"),
        (issue("ann", secret="x" * 32, now=NOW), "wrong signature"),
        (jwt.encode({"sub": "ann", "aud": AUDIENCE, "exp": int(NOW) + 60}, "", algorithm="none"), "not a token"),
        (jwt.encode({"sub": "ann", "aud": AUDIENCE, "exp": int(NOW) + 60}, "s" * 64, algorithm="HS512"), "not a token"),
        (_signed(aud="somewhere-else"), "not a token for agents"),
        (_signed(aud=None), "claim missing: aud"),
        (_signed(sub=None), "claim missing: sub"),
        (_signed(exp=None), "claim missing: exp"),
        (_signed(exp="soon"), "no expiry"),
        (_signed(role="owner"), "a role that does not exist"),
    ],
)
def test_a_token_that_is_not_ours_signs_nobody_in(token: str, reason: str) -> None:
    with pytest.raises(InvalidToken, match=reason) as refused:
        verify(token, secret=SECRET, now=NOW)
    assert not token or token not in str(refused.value), "the token would reach a log"


def test_a_short_secret_is_refused_before_anything_is_signed() -> None:
    with pytest.raises(WeakSecret, match="31 bytes"):
        issue("ann", secret="s" * 31, now=NOW)
    with pytest.raises(WeakSecret):
        verify(issue("ann", secret=SECRET, now=NOW), secret="short", now=NOW)


def test_a_secret_is_measured_in_bytes() -> None:
    assert issue("ann", secret="é" * 16, now=NOW), "16 characters of two bytes are 32 bytes"


@pytest.mark.parametrize("name", ["", " ann", "ann\n", "a" * 65, "a\x00b"])
def test_names_that_cannot_be_read_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="printable"):
        issue(name, secret=SECRET, now=NOW)


def test_a_token_that_never_was_valid_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        issue("ann", secret=SECRET, now=NOW, ttl=0.0)


def test_a_token_carries_its_role() -> None:
    for role in Role:
        token = issue("ann", secret=SECRET, now=NOW, role=role)
        assert verify(token, secret=SECRET, now=NOW).role is role
    assert verify(_signed(), secret=SECRET, now=NOW).role is Role.AGENT, "tokens of before roles would be void"
