"""Owns who may sign in, as whom and in which role: JWTs (RFC 7519) signed with HS256 and the server's agent secret.

Time comes in as ``now``. A token never appears in an error.
"""

import enum
from typing import Any, NamedTuple

import jwt

from signaling.clock import Clock

AUDIENCE = "ringbridge-agent"
"""So that a token made for something else with the same secret opens nothing here."""
DEFAULT_TTL_S = 12 * 3600.0
"""One working day. Only signing in needs a token: a session that is open stays open (#76)."""
MIN_SECRET_BYTES = 32
"""RFC 7518 section 3.2: an HS256 key is at least as long as its hash."""
MAX_NAME_CHARACTERS = 64
"""Fits any person's name and keeps the waiting room's record small."""

_ALGORITHM = "HS256"


class Role(enum.Enum):
    """What somebody is to the site."""

    AGENT = "agent"
    """Takes and places calls."""
    SUPERVISOR = "supervisor"
    """An agent who sees the whole site."""
    INTEGRATION = "integration"
    """A program: it uses the REST interface and has no softphone."""


class Identity(NamedTuple):
    """Whom a token signs in."""

    name: str
    role: Role


class WeakSecret(Exception):
    """The agent secret is too short to sign with."""


class InvalidToken(Exception):
    """The token signs nobody in; the message says why."""


def issue(agent: str, *, secret: str, now: float, ttl: float = DEFAULT_TTL_S, role: Role = Role.AGENT) -> str:
    """A token that signs ``agent`` in until ``now + ttl`` (seconds).

    Raises WeakSecret for a secret below 32 bytes and ValueError for a name or lifetime that makes no sense.
    """
    if not 1 <= len(agent) <= MAX_NAME_CHARACTERS or not agent.isprintable() or agent != agent.strip():
        raise ValueError(f"an agent's name has 1 to {MAX_NAME_CHARACTERS} printable characters")
    if ttl <= 0:
        raise ValueError("a token's lifetime is above 0 seconds")
    claims = {"sub": agent, "aud": AUDIENCE, "iat": int(now), "exp": int(now + ttl), "role": role.value}
    return jwt.encode(claims, _key(secret), algorithm=_ALGORITHM)


def verify(token: str, *, secret: str, now: float) -> Identity:
    """Whom the token signs in; a token without a role is an agent's.

    Raises InvalidToken, or WeakSecret for a secret below 32 bytes.
    """
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(secret),
            algorithms=[_ALGORITHM],
            audience=AUDIENCE,
            # The library would read its own clock; expiry is checked below against ours.
            options={"verify_exp": False, "verify_nbf": False, "verify_iat": False, "require": ["sub", "aud", "exp"]},
        )
    except jwt.InvalidSignatureError:
        raise InvalidToken("wrong signature") from None
    except jwt.InvalidAudienceError:
        raise InvalidToken("not a token for agents") from None
    except jwt.MissingRequiredClaimError as error:
        raise InvalidToken(f"claim missing: {error.claim}") from None
    except jwt.InvalidTokenError:
        raise InvalidToken("not a token") from None
    agent, expires = claims["sub"], claims["exp"]
    if not isinstance(expires, int | float):
        raise InvalidToken("no expiry")
    if expires <= now:
        raise InvalidToken("expired")
    try:
        role = Role(claims.get("role", Role.AGENT.value))
    except ValueError:
        raise InvalidToken("a role that does not exist") from None
    return Identity(str(agent), role)


class Verifier:
    """Verifies tokens by the server's secret and clock."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock

    def __call__(self, token: str) -> Identity:
        """Whom the token signs in now. Raises InvalidToken."""
        return verify(token, secret=self._secret, now=self._clock())


def _key(secret: str) -> bytes:
    key = secret.encode()
    if len(key) < MIN_SECRET_BYTES:
        raise WeakSecret(f"the agent secret has {len(key)} bytes and needs {MIN_SECRET_BYTES}")
    return key
