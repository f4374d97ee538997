"""Passwords for TURN servers."""

from signaling.agents.messages import IceServer
from signaling.agents.relays import Relays

URLS = ("turns:relay.example:443?transport=tcp",)


def test_an_agent_gets_a_password_that_ends_and_no_name_in_it() -> None:
    """The expected value is openssl's: ``printf USER | openssl dgst -sha1 -hmac SECRET -binary | base64``."""
    relays = Relays(URLS, "north-of-the-wall", 86_400.0)
    assert relays.served("ann", 1_700_000_000.4) == (
        IceServer(
            urls=URLS,
            username="1700086400:t49915e0d7d4",
            credential="VB3y9IVQMLXp2Gryo3Y/tGyPdzo=",
        ),
    )


def test_without_relays_there_is_nothing_to_give() -> None:
    assert Relays().served("ann", 1_700_000_000.0) == ()
