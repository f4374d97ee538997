"""Owns what a ringing line sounds like in each country, as data. Makes no sound: ``synthesis`` does.

A zone is a set of countries that share one tone. Frequencies and cadences are those of the list "Various tones used in
national networks", annexed to ITU Operational Bulletin 781 (2003-02), which continues ITU-T E.180 Supplement 2; where a
national standard is more exact it is named instead.
"""

from dataclasses import dataclass

ITU_LIST = "ITU Operational Bulletin 781 (2003-02), annex to ITU-T E.180"

LEVEL_DBM0 = -15.0
"""The quiet end of -10 dBm0 ± 5 dB, which ITU-T E.180 recommends for tones: our callers hold the phone to the ear."""

DEFAULT_ZONE = "eu"


@dataclass(frozen=True, slots=True)
class Tone:
    """One sine, optionally modulated in amplitude."""

    frequency_hz: float
    modulation_hz: float = 0.0
    """Frequency of the amplitude modulation; 0 for a steady tone."""


@dataclass(frozen=True, slots=True)
class Ringback:
    """The ringing tone of one zone."""

    zone: str
    """Short name, mostly the ISO 3166 code of its best-known country."""
    countries: frozenset[str]
    """ISO 3166 alpha-2 codes, in small letters."""
    tones: tuple[Tone, ...]
    """Sounded together, with equal power."""
    cadence_s: tuple[float, ...]
    """Seconds of tone, silence, tone, silence and so on; always ends with silence."""
    source: str
    level_dbm0: float = LEVEL_DBM0
    """Power of all tones together while they sound. A sine at full scale is +3.14 dBm0 (ITU-T G.711)."""

    @property
    def clip_name(self) -> str:
        """Name of the clip that holds one cycle of the cadence."""
        return f"ringback-{self.zone}"

    @property
    def cycle_s(self) -> float:
        """Seconds until the cadence begins again."""
        return sum(self.cadence_s)


_TWICE_A_CYCLE = (0.4, 0.2, 0.4, 2.0)
"""The double ring of the Commonwealth."""


def _countries(codes: str) -> frozenset[str]:
    return frozenset(codes.split())


ZONES: tuple[Ringback, ...] = (
    Ringback(
        "eu",
        _countries("bg br ch cz de dk ee fi gr id it lt mx nl no pl ru ve"),
        (Tone(425),),
        (1.0, 4.0),
        f"{ITU_LIST}; ETSI TR 101 041",
    ),
    Ringback("us", _countries("us ca"), (Tone(440), Tone(480)), (2.0, 4.0), ITU_LIST),
    # "uk" is not an ISO code of a country, but is what people write.
    Ringback("gb", _countries("gb uk nz"), (Tone(400), Tone(450)), _TWICE_A_CYCLE, "BT SIN 350; TNA 102"),
    Ringback("jp", _countries("jp"), (Tone(400, modulation_hz=16),), (1.0, 2.0), ITU_LIST),
    Ringback("in", _countries("in"), (Tone(400, modulation_hz=25),), _TWICE_A_CYCLE, ITU_LIST),
    Ringback(
        "au",
        _countries("au"),
        (Tone(425, modulation_hz=25),),
        _TWICE_A_CYCLE,
        "AS/CA S002:2010, 5.3.4.1, ring tone A",
    ),
    Ringback("fr", _countries("fr"), (Tone(440),), (1.5, 3.5), ITU_LIST),
    Ringback("es", _countries("es"), (Tone(425),), (1.5, 3.0), ITU_LIST),
    Ringback("be", _countries("be"), (Tone(425),), (1.0, 3.0), ITU_LIST),
    Ringback("se", _countries("se pt"), (Tone(425),), (1.0, 5.0), ITU_LIST),
    Ringback("at", _countries("at"), (Tone(420),), (1.0, 5.0), ITU_LIST),
    Ringback("hu", _countries("hu"), (Tone(425),), (1.25, 3.75), ITU_LIST),
    Ringback("cn", _countries("cn"), (Tone(450),), (1.0, 4.0), ITU_LIST),
    Ringback("kr", _countries("kr tw"), (Tone(440), Tone(480)), (1.0, 2.0), ITU_LIST),
    Ringback("hk", _countries("hk"), (Tone(440), Tone(480)), (0.4, 0.2, 0.4, 3.0), ITU_LIST),
    Ringback("my", _countries("my"), (Tone(425),), _TWICE_A_CYCLE, ITU_LIST),
    Ringback("sg", _countries("sg"), (Tone(425, modulation_hz=24),), _TWICE_A_CYCLE, "IDA TS PSTN 1"),
    Ringback("za", _countries("za"), (Tone(400, modulation_hz=33),), _TWICE_A_CYCLE, ITU_LIST),
)

_BY_COUNTRY = {code: ringback for ringback in ZONES for code in (*ringback.countries, ringback.zone)}


def ringback_for(country: str) -> Ringback:
    """The ringing tone a caller from this country knows.

    ``country`` is an ISO 3166 alpha-2 code or the name of a zone, in any case. A country that is not listed hears the
    tone of zone "eu", the one most countries of the world use; a caller is never left without a ringing tone.
    """
    code = country.lower()
    return _BY_COUNTRY.get(code) or _BY_COUNTRY[DEFAULT_ZONE]
