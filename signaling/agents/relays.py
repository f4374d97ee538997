"""Owns the credentials with which agents' pages use TURN servers: good for some hours, made without asking anybody.

The convention is coturn's ``use-auth-secret`` (draft-uberti-behave-turn-rest-00): the user name says until when it is
good, and the password is its HMAC-SHA1 under a secret that both servers know.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence

import msgspec

from signaling.agents.messages import IceServer
from signaling.tags import agent_tag


class Relays(msgspec.Struct, frozen=True):
    """The TURN servers of a site; none is no trouble."""

    urls: Sequence[str] = ()
    secret: str = ""
    good_for_s: float = 0.0

    def served(self, agent: str, now: float) -> tuple[IceServer, ...]:
        """What the agent's page is given as RTCPeerConnection's ``iceServers``. No name leaves the house."""
        if not self.urls:
            return ()
        user = f"{round(now + self.good_for_s)}:{agent_tag(agent)}"
        digest = hmac.digest(self.secret.encode(), user.encode(), hashlib.sha1)
        return (IceServer(urls=tuple(self.urls), username=user, credential=base64.b64encode(digest).decode()),)
