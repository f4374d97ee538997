"""Owns a caller of the crowd: the simulator's phone without Python in its voice path."""

from benchmarks.crowd.line import Lines
from benchmarks.crowd.media import NativeMedia
from benchmarks.simulator.answer import Answer
from benchmarks.simulator.dtls import Role
from benchmarks.simulator.meta_sdp import write_offer
from benchmarks.simulator.moment import Moment
from benchmarks.simulator.relayed_phone import fresh_ice, relay_facts
from benchmarks.simulator.tones import CALLER_TONE, voice_frames
from benchmarks.simulator.udp import Address


class NativeCaller:
    """A phone and Meta's relay before it. Speaks once it has heard something (whatsapp-calling 5.6)."""

    def __init__(self, lines: Lines) -> None:
        self.line = lines.open(self._receive, self._speak)
        self.ice = fresh_ice()
        self.media = NativeMedia(self.line, self._send, lambda: self.ice.nominated)
        self.offer = write_offer(relay_facts(self.ice, self.media, self.line.address))

    @property
    def heard(self) -> Moment:
        """The first packet of the call."""
        return self.line.heard

    def apply_answer(self, answer: Answer) -> None:
        """Learn the business' ICE name and certificate; only now DTLS can succeed."""
        self.ice.remote_username = answer.username
        self.media.secure(Role.SERVER, answer.fingerprint)

    def close(self, *, notify: bool = False) -> None:
        """Hang up: no more packets. With ``notify``, DTLS says so."""
        self.media.close(notify=notify)
        self.line.close()

    def _speak(self) -> None:
        self.media.say(voice_frames(CALLER_TONE))
        self.media.unmute()

    def _receive(self, datagram: bytes, sender: Address, at: float) -> None:
        if datagram[0] < 4:
            reply = self.ice.answer(datagram, sender)
            if reply is not None:
                self.line.send(reply, sender)
        elif sender == self.ice.nominated:
            self.media.receive(datagram, at)

    def _send(self, datagram: bytes) -> None:
        if self.ice.nominated is not None:
            self.line.send(datagram, self.ice.nominated)
