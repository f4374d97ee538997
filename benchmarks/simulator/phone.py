"""Owns the phone of a user who calls: it offers, and its relay is DTLS server."""

from benchmarks.simulator.answer import Answer
from benchmarks.simulator.dtls import Role
from benchmarks.simulator.meta_sdp import TELEPHONE_EVENT_PAYLOAD_TYPE, write_offer
from benchmarks.simulator.pacer import Pacer
from benchmarks.simulator.relayed_phone import Ipv6, RelayedPhone
from benchmarks.simulator.tones import CALLER_TONE, Tone


class CallerPhone(RelayedPhone):
    """The media of one caller. ``apply_answer`` once the business has answered, ``close`` at the end."""

    def __init__(self, pacer: Pacer, *, ipv6: Ipv6 = Ipv6.ABSENT, voice: Tone = CALLER_TONE) -> None:
        super().__init__(pacer, ipv6=ipv6, voice=voice)
        self.offer = write_offer(self.facts)

    def apply_answer(self, answer: Answer) -> None:
        """Learn the business' ICE name and certificate; only now DTLS can succeed."""
        self.ice.remote_username = answer.username
        self.media.secure(Role.SERVER, answer.fingerprint)

    def press(self, digit: str) -> None:
        """Press a key, once there is a voice."""
        self.media.press(digit, TELEPHONE_EVENT_PAYLOAD_TYPE)

    def _proceed(self) -> None:
        self._answer_sound()
