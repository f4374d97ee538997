"""Owns the two proofs that a request comes from Meta: the body signature and the subscription handshake. Pure.

Every comparison with a secret takes constant time. Nothing here parses a body.
"""

import hashlib
import hmac

HEADER = "X-Hub-Signature-256"
"""Where Meta puts the signature (Graph API, Webhooks: getting started)."""


def sign(raw_body: bytes, app_secret: str) -> str:
    """The value of ``HEADER`` for this body: ``sha256=`` and HMAC-SHA256 in lower-case hex."""
    return "sha256=" + hmac.new(app_secret.encode(), raw_body, hashlib.sha256).hexdigest()


def verify(raw_body: bytes, header: str | None, app_secret: str) -> bool:
    """Whether the header signs exactly these bytes, as received and before any parsing."""
    if header is None:
        return False
    return hmac.compare_digest(_octets(header), sign(raw_body, app_secret).encode())


def challenge_to_echo(mode: str | None, token: str | None, challenge: str | None, verify_token: str) -> str | None:
    """Judge ``hub.mode``, ``hub.verify_token`` and ``hub.challenge`` of the GET handshake.

    Returns the challenge, an opaque string to send back as it is, or None if the request must be refused.
    """
    if mode != "subscribe" or token is None or not hmac.compare_digest(_octets(token), verify_token.encode()):
        return None
    return challenge


def _octets(value: str) -> bytes:
    # A header may hold bytes that are no UTF-8; aiohttp hands them over as lone surrogates.
    return value.encode("utf-8", "surrogateescape")
