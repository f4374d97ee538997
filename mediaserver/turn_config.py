"""Owns the table ``[turn]``: relays for agents whose networks let no UDP through to the server."""

from typing import Annotated

from pydantic import Field

from mediaserver.section import Section

TurnUrl = Annotated[
    str, Field(pattern=r"^turns?:[^\s?@]+(\?transport=(udp|tcp))?$", examples=["turns:relay.example:443?transport=tcp"])
]
"""A TURN server as browsers name it (RFC 7065)."""


class TurnSection(Section):
    """TURN servers that share a secret with this one."""

    urls: tuple[TurnUrl, ...] = Field(
        default=(),
        description="TURN servers for agents behind firewalls, e.g. turns:relay.example:443?transport=tcp; they share "
        "RINGBRIDGE_TURN_SECRET.",
    )
    credential_s: float = Field(
        default=86_400.0,
        ge=300,
        le=604_800,
        description="How long an agent's page may use them after signing in, in s.",
    )
