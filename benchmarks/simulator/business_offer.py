"""Judges the SDP offer of a business-initiated call as Meta does (whatsapp-calling 5.3). Pure.

More codecs than Opus are tolerated, as in Meta's own sample, and never chosen.
"""

import re
from dataclasses import dataclass

from benchmarks.simulator import sdp_rules
from benchmarks.simulator.sdp_rules import Description, SdpRefused, require

_RTPMAP = re.compile(r"(\d{1,3}) (\S+)")
_OPUS = "opus/48000/2"
_TELEPHONE_EVENT = "telephone-event/8000"


@dataclass(frozen=True, slots=True)
class BusinessOffer:
    """What a correct offer tells Meta."""

    username: str
    password: str
    fingerprint: str
    mid: str
    setup: str
    """``actpass`` or ``active``."""
    opus: int
    """Payload type of Opus."""
    telephone_event: int | None
    """Payload type of telephone-event at 8 kHz."""
    ssrc: int | None


def judge(sdp: str) -> BusinessOffer:
    """Read a correct offer. Raises SdpRefused for the first rule it breaks."""
    description = sdp_rules.read(sdp)
    opus, telephone_event = _codecs(description)
    require("ice-lite" not in description.attributes, "the offer says ice-lite")
    mid = description.single("mid")
    require(description.values("group") == [f"BUNDLE {mid}"], "the BUNDLE group does not hold exactly the mid")
    setup = description.single("setup")
    require(setup in ("actpass", "active"), "setup is neither actpass nor active")
    username, password = description.credentials
    return BusinessOffer(
        username=username,
        password=password,
        fingerprint=description.fingerprint,
        mid=mid,
        setup=setup,
        opus=opus,
        telephone_event=telephone_event,
        ssrc=description.ssrc,
    )


def _codecs(description: Description) -> tuple[int, int | None]:
    codecs: dict[int, str] = {}
    for value in description.values("rtpmap"):
        match = _RTPMAP.fullmatch(value)
        if match is None:
            raise SdpRefused("an rtpmap is malformed")
        number = int(match[1])
        require(number not in codecs, f"there is more than one rtpmap:{number}")
        codecs[number] = match[2].lower()
    require(set(codecs) <= set(description.payload_types), "an rtpmap names no payload type of the m= line")
    opus = [number for number in description.payload_types if codecs.get(number) == _OPUS]
    require(len(opus) == 1, f"there is not exactly one {_OPUS}")
    events = [number for number, codec in codecs.items() if codec.startswith("telephone-event/")]
    at_8_khz = [number for number in events if codecs[number] == _TELEPHONE_EVENT]
    require(not events or len(at_8_khz) == 1, "telephone-event is not offered at 8000 Hz")
    return opus[0], at_8_khz[0] if at_8_khz else None
