"""Owns what every phone has before it, Meta's relay: sockets, ICE-lite, and the way of media between them.

Only the nominated address may send media, and it never sends a check of its own (whatsapp-calling 5.5). Who offers and
who answers is a subclass's.
"""

import abc
import base64
import enum
import secrets
import string
import time
import uuid

from benchmarks.simulator.ear import Ear
from benchmarks.simulator.ice_lite import IceLite
from benchmarks.simulator.media_end import MediaEnd
from benchmarks.simulator.meta_sdp import OPUS_PAYLOAD_TYPE, RelayFacts
from benchmarks.simulator.pacer import Pacer
from benchmarks.simulator.secure_end import SecureEnd
from benchmarks.simulator.tones import Tone, voice_frames
from benchmarks.simulator.udp import Address, UdpSocket

_HOST_4 = "127.0.0.1"
_HOST_6 = "::1"
_PORT_ATTEMPTS = 20
"""Tries to find one port that is free on both address families."""


class Ipv6(enum.Enum):
    """Whether the SDP also lists an IPv6 candidate, with the higher priority as Meta's do."""

    ABSENT = "absent"
    LIVE = "live"
    """On ``::1``, answered."""
    DEAD = "dead"
    """On ``::1`` with nobody there, as on a host without an IPv6 route."""


class RelayedPhone(abc.ABC):
    """One end of a call at Meta; ``close`` at the end."""

    def __init__(self, pacer: Pacer, *, ipv6: Ipv6, voice: Tone, payload_type: int = OPUS_PAYLOAD_TYPE) -> None:
        self._sockets = self._bind(ipv6)
        self._voice = voice
        self._speaking = False
        self.ice = fresh_ice()
        self.media = MediaEnd(self._send, pacer, payload_type)
        self.stray = 0
        """Media datagrams from where no nomination came; dropped."""
        address = self._sockets[0].address
        self.facts = relay_facts(
            self.ice, self.media, address, ipv6=None if ipv6 is Ipv6.ABSENT else (_HOST_6, address[1])
        )

    @property
    def ear(self) -> Ear:
        """What the user heard."""
        return self.media.ear

    def close(self, *, notify: bool = False) -> None:
        """Hang up: no more packets. With ``notify``, DTLS says so."""
        self.media.close(notify=notify)
        for udp in self._sockets:
            udp.close()

    @abc.abstractmethod
    def _proceed(self) -> None:
        """Something came in: begin what it makes possible."""

    def _answer_sound(self) -> None:
        """Speak, now that something was heard: not before (whatsapp-calling 5.6)."""
        if not self._speaking and self.media.heard_something.is_set():
            self._speaking = True
            self.media.say(voice_frames(self._voice))
            self.media.unmute()

    def _bind(self, ipv6: Ipv6) -> list[UdpSocket]:
        for _ in range(_PORT_ATTEMPTS):
            first = UdpSocket(_HOST_4, 0, self._receive)
            if ipv6 is not Ipv6.LIVE:
                return [first]
            try:
                return [first, UdpSocket(_HOST_6, first.address[1], self._receive)]
            except OSError:
                first.close()
        raise OSError("no UDP port is free on both 127.0.0.1 and ::1")

    def _receive(self, datagram: bytes, sender: Address, at: float) -> None:
        if datagram and datagram[0] < 4:
            reply = self.ice.answer(datagram, sender)
            if reply is not None:
                self._send_to(reply, sender)
        elif sender == self.ice.nominated:
            self.media.receive(datagram, at)
        else:
            self.stray += 1
        self._proceed()

    def _send(self, datagram: bytes) -> None:
        if self.ice.nominated is not None:
            self._send_to(datagram, self.ice.nominated)

    def _send_to(self, datagram: bytes, address: Address) -> None:
        udp = self._sockets[-1] if ":" in address[0] else self._sockets[0]
        udp.send(datagram, address)


def fresh_ice() -> IceLite:
    """A relay's agent with a name and a password like Meta's."""
    return IceLite(_random_username(), _random_password())


def relay_facts(ice: IceLite, media: SecureEnd, ipv4: Address, *, ipv6: Address | None = None) -> RelayFacts:
    """What the SDP of a phone at this address tells."""
    return RelayFacts(
        session_id=int(time.time() * 1000),
        stream_id=str(uuid.uuid4()),
        ipv4=ipv4,
        ipv6=ipv6,
        username=ice.username,
        password=ice.password,
        fingerprint=media.certificate.fingerprint,
        ssrc=media.ssrc,
    )


def _random_username() -> str:
    """16 characters, as Meta's."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(16))


def _random_password() -> str:
    """24 characters of Base64 that end in ``==``, as Meta's."""
    return base64.b64encode(secrets.token_bytes(16)).decode()
