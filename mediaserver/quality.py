"""Owns the estimate of how good a voice sounds, from what RTCP measures. Pure.

The E-model of ITU-T G.107 with its default values: ``R = 93.2 - Id - Ie,eff + A``, mapped to a mean opinion score
between 1 and 4.5 (G.107 annex B).

- ``Id``, what delay costs: ``0.024 d + 0.11 (d - 177.3)`` where the second term counts only above 177.3 ms one way
  (Cole and Rosenbluth, "Voice over IP performance monitoring", 2001, which fits G.107's curve).
- ``Ie,eff = Ie + (95 - Ie) Ppl / (Ppl + Bpl)``, what loss costs, with ``Ppl`` in per cent and losses taken as random
  (G.107 equation 7-29, BurstR = 1).
- ``A``, the advantage of being reachable at all, is 0 as for a wired telephone.

ITU-T has published no ``Ie`` and ``Bpl`` for Opus. The values of G.711 with concealment (G.113 appendix I: 0 and 25.1)
stand in: without loss Opus is no worse on this narrowband scale, and its decoders conceal at least as well. So a figure
compares calls and shows when something is wrong; it is no listening test, and it does not see what the speaker's
microphone or the codec's bit rate did.
"""

DEFAULT_RATING = 93.2
"""R without any impairment of ours: G.107 with all default values."""
OPUS_IE = 0.0
OPUS_BPL = 25.1
CODEC_DELAY_MS = 26.5
"""A frame of 20 ms and the look-ahead of Opus (RFC 6716 2.1.4 and 3.1)."""
KNEE_MS = 177.3
"""One-way delay above which people begin to talk over each other."""


def mos(*, loss: float, jitter_ms: float, round_trip_ms: float | None) -> float:
    """The mean opinion score of one direction of a leg, 1.0 (bad) to 4.4 (as good as this scale gets).

    ``loss`` is the part of packets that did not arrive, 0 to 1. A round trip that was never measured counts as none.
    """
    return _score(
        DEFAULT_RATING - _delay_impairment(_delay_ms(jitter_ms, round_trip_ms)) - _loss_impairment(100 * loss)
    )


def _delay_ms(jitter_ms: float, round_trip_ms: float | None) -> float:
    """One way from mouth to ear: half the round trip, the codec, and a listener's buffer of twice the jitter."""
    return (round_trip_ms or 0.0) / 2 + CODEC_DELAY_MS + 2 * jitter_ms


def _delay_impairment(delay_ms: float) -> float:
    return 0.024 * delay_ms + 0.11 * max(0.0, delay_ms - KNEE_MS)


def _loss_impairment(percent: float) -> float:
    return OPUS_IE + (95.0 - OPUS_IE) * percent / (percent + OPUS_BPL)


def _score(rating: float) -> float:
    # The cubic dips below 1 for ratings under 6.5, where G.107 annex B says 1.
    if rating <= 0:
        return 1.0
    return max(1.0, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6)
