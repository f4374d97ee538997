"""Owns the judgement of what a business sent into a call, whoever began it (whatsapp-calling 5.6). Pure."""

from dataclasses import dataclass

from benchmarks.simulator import opus
from benchmarks.simulator.ear import Ear


@dataclass(frozen=True, slots=True, kw_only=True)
class Negotiated:
    """What the SDP of the business promised."""

    opus: int
    telephone_event: int | None
    ssrc: int | None
    """None when it announced none."""


def broken(ear: Ear, negotiated: Negotiated | None, open_at: float | None, too_early: str) -> list[str]:
    """Every rule that the packets heard break; before ``open_at`` (monotonic) there must be none at all."""
    found: list[str] = []
    if ear.first_at is not None and (open_at is None or ear.first_at < open_at):
        found.append(too_early)
    if negotiated is None:
        return found
    packets = [heard.packet for heard in ear.recording]
    if {packet.payload_type for packet in packets} - {negotiated.opus, negotiated.telephone_event}:
        found.append("a packet has a payload type that was not negotiated")
    if negotiated.ssrc is not None and {packet.ssrc for packet in packets} - {negotiated.ssrc}:
        found.append("a packet has another SSRC than the SDP announced (whatsapp-calling 5.6)")
    audio = [packet for packet in packets if packet.payload_type == negotiated.opus]
    if not all(opus.is_one_20_ms_frame(packet.payload) for packet in audio):
        found.append("a packet is not one 20 ms Opus frame (whatsapp-calling 5.6)")
    return found
