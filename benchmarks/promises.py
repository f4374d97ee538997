"""Owns what Ringbridge promises a caller, as limits on the report of one call (the project's design, section 7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_FRAME_MS = 20.0


@dataclass(frozen=True, slots=True)
class Promise:
    """One figure of the report and what it has to be."""

    key: str
    at_most: float
    words: str

    def kept(self, report: Mapping[str, Any]) -> bool:
        """Whether it was; a figure that was never measured is a promise broken."""
        value = report.get(self.key)
        return isinstance(value, int | float) and not isinstance(value, bool) and value <= self.at_most


PROMISES = (
    Promise("webhook_to_pre_accept_ms", 50.0, "webhook to pre_accept"),
    Promise("accept_to_first_audio_ms", _FRAME_MS, "accept to the first packet"),
    Promise("accept_to_first_sound_ms", 60.0, "accept to the first audible sound"),
    Promise("max_gap_ms", 2 * _FRAME_MS, "longest gap between packets"),
    Promise("rtp_discontinuities", 0, "RTP discontinuities"),
    Promise("agent_answer_to_voice_ms", 50.0, "Answer to the agent's voice"),
    Promise("other_sound_after_join", 0.01, "share of other sound beneath the agent"),
)
OUTBOUND_PROMISES = (
    Promise("post_to_answer_ms", 1000.0, "connect to WhatsApp's SDP answer"),
    Promise("accepted_to_first_audio_ms", 50.0, "ACCEPTED to the first packet"),
    Promise("accepted_to_voice_ms", 100.0, "ACCEPTED to the agent's voice"),
    Promise("accepted_to_users_voice_ms", 100.0, "ACCEPTED to the customer's voice"),
    Promise("max_gap_ms", 2 * _FRAME_MS, "longest gap between packets"),
    Promise("rtp_discontinuities", 0, "RTP discontinuities"),
    Promise("other_sound_after_join", 0.01, "share of other sound beneath the agent"),
)
"""For a call that an agent places."""
RELOAD_PROMISES = (
    *PROMISES,
    Promise("lost_to_hold_audio_ms", 1000.0, "loss of the agent to hold audio"),
    Promise("lost_to_voice_ms", 5000.0, "loss of the agent to the agent's voice again"),
)
"""For a call whose agent is lost and comes back."""
TRANSFER_PROMISES = (
    *PROMISES,
    Promise("colleague_answer_to_voice_ms", 50.0, "the colleague's Answer to the voice"),
    Promise("agents_heard_on_hold", 0.01, "share of agents' voices while on hold"),
)
"""For a call that is handed over to a colleague, and then attended back again."""
WAITING_PROMISES = (
    *PROMISES,
    Promise("second_max_gap_ms", 2 * _FRAME_MS, "longest gap of the caller who asks to be called back"),
    Promise("second_rtp_discontinuities", 0, "RTP discontinuities of that one"),
)
"""For two callers who wait."""
OUTBOUND_HEARD = (("agent_hears_ringing", "the agent hears it ring"),)
HEARD = (
    ("caller_hears_agent", "the caller hears the agent"),
    ("agent_hears_caller", "the agent hears the caller"),
)
WAITING_HEARD = (
    ("greeted", "both callers are greeted from the first frame"),
    ("told_their_places", "each is told his place"),
    ("cut_in_mid_sentence", "the agent's answer cuts the announcement"),
    ("offered_by_key", "the other one is offered to be called back by a key"),
    ("request_confirmed", "and hears that it is noted, and waits on"),
)
"""What two callers who wait hear of words; reports of other scenarios do not have these."""


def broken(report: Mapping[str, Any], promises: tuple[Promise, ...] = PROMISES) -> list[str]:
    """Every promise the report breaks, in words; empty when all is well."""
    found = [
        f"{promise.words}: {report.get(promise.key)}, promised at most {promise.at_most:g}"
        for promise in promises
        if not promise.kept(report)
    ]
    found += [f"not so: {words}" for key, words in heard(report) if report.get(key) is not True]
    return found + list(report.get("violations", ()))


def heard(report: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What has to be heard in this scenario: keys of the report, in words."""
    return HEARD + tuple((key, words) for key, words in (*WAITING_HEARD, *OUTBOUND_HEARD) if key in report)
