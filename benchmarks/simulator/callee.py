"""Owns the phone of a user who is called: Meta's answer, either DTLS role, and a voice that waits for the pick-up."""

import enum

from benchmarks.simulator.business_offer import BusinessOffer
from benchmarks.simulator.dtls import Role
from benchmarks.simulator.media_rules import Negotiated
from benchmarks.simulator.meta_sdp import AnswerTerms, write_answer
from benchmarks.simulator.pacer import Pacer
from benchmarks.simulator.relayed_phone import Ipv6, RelayedPhone
from benchmarks.simulator.tones import CALLER_TONE, Tone


class Setup(enum.Enum):
    """What Meta's answer says about DTLS; sources disagree, so all three happen (whatsapp-calling 5.5)."""

    ACTIVE = "active"
    """Meta sends the ClientHello."""
    PASSIVE = "passive"
    ACTPASS = "actpass"
    """Not allowed in an answer (RFC 5763 5), seen nevertheless, and meant as passive."""


class CalleePhone(RelayedPhone):
    """The media of one called user; the SDP ``answer`` is there at once. ``pick_up``, and ``close`` at the end."""

    def __init__(
        self,
        pacer: Pacer,
        offer: BusinessOffer,
        *,
        setup: Setup = Setup.ACTIVE,
        ipv6: Ipv6 = Ipv6.ABSENT,
        voice: Tone = CALLER_TONE,
    ) -> None:
        super().__init__(pacer, ipv6=ipv6, voice=voice, payload_type=offer.opus)
        # Two clients would both wait for a server: an active offer leaves passive only.
        self.setup = Setup.PASSIVE if offer.setup == "active" else setup
        self.picked_up = False
        self._fingerprint = offer.fingerprint
        self._secured = False
        self.ice.remote_username = offer.username
        terms = AnswerTerms(
            mid=offer.mid, opus=offer.opus, telephone_event=offer.telephone_event, setup=self.setup.value
        )
        self.negotiated = Negotiated(opus=offer.opus, telephone_event=offer.telephone_event, ssrc=offer.ssrc)
        self.answer = write_answer(self.facts, terms)
        if self.setup is not Setup.ACTIVE:
            self._secure(Role.SERVER)

    def pick_up(self) -> None:
        """The user takes the call; the phone speaks as soon as it has heard something."""
        self.picked_up = True
        self._answer_sound()

    def _proceed(self) -> None:
        # A client has nowhere to send its hello before the business has nominated.
        if self.ice.nominated is not None and not self._secured:
            self._secure(Role.CLIENT)
        if self.picked_up:
            self._answer_sound()

    def _secure(self, role: Role) -> None:
        self._secured = True
        self.media.secure(role, self._fingerprint)
