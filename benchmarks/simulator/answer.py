"""Judges the SDP answer of a business as Meta does (whatsapp-calling 5.2), and reads what the phone needs. Pure."""

import re
from dataclasses import dataclass

from benchmarks.simulator.offer import MID

_LINE = re.compile(r"[a-z]=[^\r\n]+")
_MEDIA = re.compile(r"audio (\d{1,5}) UDP/TLS/RTP/SAVPF((?: \d{1,3})+)")
_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}")
_PASSWORD = re.compile(r"[A-Za-z0-9+/]{22,256}")
"""RFC 8839 5.4: ice-char."""
_FINGERPRINT = re.compile(r"sha-256 ((?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2})")
_CANDIDATE = re.compile(r"\S{1,32} 1 udp \d{1,10} \S+ \d{1,5} typ (?:host|srflx|prflx|relay)(?: .*)?", re.IGNORECASE)
_RTPMAPS = {111: "opus/48000/2", 126: "telephone-event/8000"}
"""What was offered; an answer keeps the numbers."""


class SdpRefused(Exception):
    """The answer breaks a rule; the text says which."""


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
    lines = _lines(sdp)
    payload_types = _media(lines)
    attributes = [line[2:] for line in lines if line.startswith("a=")]
    _flags(attributes)
    _codecs(attributes, payload_types)
    _candidates(attributes)
    username = _single(attributes, "ice-ufrag")
    password = _single(attributes, "ice-pwd")
    _require(_UFRAG.fullmatch(username) is not None, "ice-ufrag is not 4 to 256 ice-chars")
    _require(_PASSWORD.fullmatch(password) is not None, "ice-pwd is not 22 to 256 ice-chars")
    return Answer(username, password, _fingerprint(attributes), payload_types, _ssrc(attributes))


def _lines(sdp: str) -> list[str]:
    _require(sdp.endswith("\r\n"), "the last line does not end in CRLF")
    lines = sdp[:-2].split("\r\n")
    _require(all(_LINE.fullmatch(line) for line in lines), "a line is malformed or does not end in CRLF")
    kinds = "".join(line[0] for line in lines)
    _require(lines[0] == "v=0" and kinds.startswith("vos"), "the session does not begin with v=, o=, s=")
    _require(kinds.count("t") == 1, "there is not exactly one t= line")
    _require("c" in kinds, "the c= line is missing")
    return lines


def _media(lines: list[str]) -> tuple[int, ...]:
    media = [line[2:] for line in lines if line.startswith("m=")]
    _require(len(media) == 1, "there is not exactly one m= line")
    match = _MEDIA.fullmatch(media[0])
    if match is None:
        raise SdpRefused("the m= line is not audio over UDP/TLS/RTP/SAVPF")
    _require(0 < int(match[1]) <= 65535, "the port of the m= line is not usable")
    payload_types = tuple(int(number) for number in match[2].split())
    _require(111 in payload_types, "payload type 111 is missing")
    _require(set(payload_types) <= set(_RTPMAPS), "a payload type was not offered")
    return payload_types


def _flags(attributes: list[str]) -> None:
    _require("ice-lite" not in attributes, "the answer says ice-lite")
    _require(attributes.count(f"group:BUNDLE {MID}") == 1, "the BUNDLE group is not the offered one")
    _require(_single(attributes, "mid") == MID, "the mid is not the offered one")
    _require("rtcp-mux" in attributes, "rtcp-mux is missing")
    _require("sendrecv" in attributes, "sendrecv is missing")
    _require(_single(attributes, "setup") == "active", "setup is not active")


def _codecs(attributes: list[str], payload_types: tuple[int, ...]) -> None:
    for number in payload_types:
        wanted = f"rtpmap:{number} {_RTPMAPS[number]}"
        found = [attribute for attribute in attributes if attribute.startswith(f"rtpmap:{number} ")]
        _require([item.lower() for item in found] == [wanted], f"there is not exactly one {wanted}")
    for name in ("ptime", "maxptime"):
        values = _values(attributes, name)
        _require(values in ([], ["20"]), f"{name} is not 20")


def _candidates(attributes: list[str]) -> None:
    for candidate in _values(attributes, "candidate"):
        _require(_CANDIDATE.fullmatch(candidate) is not None, "a candidate is malformed")
        _require(".local " not in candidate, "a candidate is an mDNS name")


def _fingerprint(attributes: list[str]) -> str:
    fingerprints = _values(attributes, "fingerprint")
    _require(bool(fingerprints), "No fingerprint found in SDP")
    _require(len(fingerprints) == 1, "there is more than one fingerprint")
    match = _FINGERPRINT.fullmatch(fingerprints[0])
    if match is None:
        raise SdpRefused("the fingerprint is not a sha-256 one")
    return match[1]


def _ssrc(attributes: list[str]) -> int | None:
    numbers = {value.split(" ")[0] for value in _values(attributes, "ssrc")}
    _require(len(numbers) <= 1, "there is more than one SSRC")
    _require(all(number.isdecimal() for number in numbers), "an SSRC is not a number")
    return int(numbers.pop()) if numbers else None


def _single(attributes: list[str], name: str) -> str:
    values = _values(attributes, name)
    _require(len(values) == 1, f"there is not exactly one {name}")
    return values[0]


def _values(attributes: list[str], name: str) -> list[str]:
    prefix = f"{name}:"
    return [attribute[len(prefix) :] for attribute in attributes if attribute.startswith(prefix)]


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise SdpRefused(otherwise)
