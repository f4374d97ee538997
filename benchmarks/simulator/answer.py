"""Judges the SDP answer of a business as Meta does (whatsapp-calling 5.2), and reads what the phone needs. Pure."""

from dataclasses import dataclass

from benchmarks.simulator import sdp_rules
from benchmarks.simulator.meta_sdp import OFFERED_MID
from benchmarks.simulator.sdp_rules import Description, require

_RTPMAPS = {111: "opus/48000/2", 126: "telephone-event/8000"}
"""What was offered; an answer keeps the numbers."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a correct answer tells the phone."""

    username: str
    password: str
    fingerprint: str
    payload_types: tuple[int, ...]
    ssrc: int | None


def judge(sdp: str) -> Answer:
    """Read a correct answer. Raises SdpRefused for the first rule it breaks."""
    description = sdp_rules.read(sdp)
    _codecs(description)
    require("ice-lite" not in description.attributes, "the answer says ice-lite")
    require(description.values("group") == [f"BUNDLE {OFFERED_MID}"], "the BUNDLE group is not the offered one")
    require(description.single("mid") == OFFERED_MID, "the mid is not the offered one")
    require(description.single("setup") == "active", "setup is not active")
    return Answer(*description.credentials, description.fingerprint, description.payload_types, description.ssrc)


def _codecs(description: Description) -> None:
    payload_types = description.payload_types
    require(111 in payload_types, "payload type 111 is missing")
    require(set(payload_types) <= set(_RTPMAPS), "a payload type was not offered")
    for number in payload_types:
        wanted = f"{number} {_RTPMAPS[number]}"
        found = [value.lower() for value in description.values("rtpmap") if value.startswith(f"{number} ")]
        require(found == [wanted], f"there is not exactly one rtpmap:{wanted}")
