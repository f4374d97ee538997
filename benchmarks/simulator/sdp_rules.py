"""Owns what Meta demands of every SDP of a business, offer or answer (whatsapp-calling 5.2, 5.3). Pure.

What only one of the two must keep is in answer and business_offer.
"""

import re
from dataclasses import dataclass

_LINE = re.compile(r"[a-z]=[^\r\n]+")
_MEDIA = re.compile(r"audio (\d{1,5}) UDP/TLS/RTP/SAVPF((?: \d{1,3})+)")
_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}")
_PASSWORD = re.compile(r"[A-Za-z0-9+/]{22,256}")
"""RFC 8839 5.4: ice-char."""
_FINGERPRINT = re.compile(r"sha-256 ((?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2})")
_CANDIDATE = re.compile(r"\S{1,32} 1 udp \d{1,10} \S+ \d{1,5} typ (?:host|srflx|prflx|relay)(?: .*)?", re.IGNORECASE)


class SdpRefused(Exception):
    """The SDP breaks a rule; the text says which."""


@dataclass(frozen=True, slots=True)
class Description:
    """An SDP that keeps the rules of both kinds, as far as they do not depend on the kind."""

    payload_types: tuple[int, ...]
    attributes: tuple[str, ...]
    """Without ``a=``, session level and media level alike: there is one m= line."""

    def values(self, name: str) -> list[str]:
        """What stands after every ``name:``."""
        prefix = f"{name}:"
        return [attribute[len(prefix) :] for attribute in self.attributes if attribute.startswith(prefix)]

    def single(self, name: str) -> str:
        """The value of an attribute that must be there once. Raises SdpRefused."""
        values = self.values(name)
        require(len(values) == 1, f"there is not exactly one {name}")
        return values[0]

    @property
    def fingerprint(self) -> str:
        """The one sha-256 fingerprint. Raises SdpRefused."""
        fingerprints = self.values("fingerprint")
        require(bool(fingerprints), "No fingerprint found in SDP")
        require(len(fingerprints) == 1, "there is more than one fingerprint")
        match = _FINGERPRINT.fullmatch(fingerprints[0])
        if match is None:
            raise SdpRefused("the fingerprint is not a sha-256 one")
        return match[1]

    @property
    def credentials(self) -> tuple[str, str]:
        """ICE name and password. Raises SdpRefused."""
        username, password = self.single("ice-ufrag"), self.single("ice-pwd")
        require(_UFRAG.fullmatch(username) is not None, "ice-ufrag is not 4 to 256 ice-chars")
        require(_PASSWORD.fullmatch(password) is not None, "ice-pwd is not 22 to 256 ice-chars")
        return username, password

    @property
    def ssrc(self) -> int | None:
        """The one SSRC, if any is announced. Raises SdpRefused."""
        numbers = {value.split(" ")[0] for value in self.values("ssrc")}
        require(len(numbers) <= 1, "there is more than one SSRC")
        require(all(number.isdecimal() for number in numbers), "an SSRC is not a number")
        return int(numbers.pop()) if numbers else None


def read(sdp: str) -> Description:
    """An SDP of well-formed lines, one audio m-line and usable candidates. Raises SdpRefused."""
    lines = _lines(sdp)
    payload_types = _media(lines)
    description = Description(payload_types, tuple(line[2:] for line in lines if line.startswith("a=")))
    for candidate in description.values("candidate"):
        require(_CANDIDATE.fullmatch(candidate) is not None, "a candidate is malformed")
        require(".local " not in candidate, "a candidate is an mDNS name")
    for flag in ("rtcp-mux", "sendrecv"):
        require(flag in description.attributes, f"{flag} is missing")
    for name in ("ptime", "maxptime"):
        require(description.values(name) in ([], ["20"]), f"{name} is not 20")
    return description


def require(holds: bool, otherwise: str) -> None:
    """Refuse an SDP unless a rule holds. Raises SdpRefused."""
    if not holds:
        raise SdpRefused(otherwise)


def _lines(sdp: str) -> list[str]:
    require(sdp.endswith("\r\n"), "the last line does not end in CRLF")
    lines = sdp[:-2].split("\r\n")
    require(all(_LINE.fullmatch(line) for line in lines), "a line is malformed or does not end in CRLF")
    kinds = "".join(line[0] for line in lines)
    require(lines[0] == "v=0" and kinds.startswith("vos"), "the session does not begin with v=, o=, s=")
    require(kinds.count("t") == 1, "there is not exactly one t= line")
    require("c" in kinds, "the c= line is missing")
    return lines


def _media(lines: list[str]) -> tuple[int, ...]:
    media = [line[2:] for line in lines if line.startswith("m=")]
    require(len(media) == 1, "there is not exactly one m= line")
    match = _MEDIA.fullmatch(media[0])
    if match is None:
        raise SdpRefused("the m= line is not audio over UDP/TLS/RTP/SAVPF")
    require(0 < int(match[1]) <= 65535, "the port of the m= line is not usable")
    return tuple(int(number) for number in match[2].split())
