"""Judges a recording by its sound: decodes it and names what every 20 ms was. Pure.

A frame is a voice when most of its energy is one of the known test tones, silence when there is next to none, ringback
when 100 ms around it are explained by the given ringback frequencies, and music otherwise.
"""

import enum
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.simulator import opus
from benchmarks.simulator.ear import Heard
from benchmarks.simulator.tones import AGENT_TONE, CALLER_TONE, Tone

RINGBACK_HERTZ = frozenset({400.0, 425.0, 440.0, 450.0, 480.0})
"""Frequencies of the ringback tones of the world's larger networks (ITU-T E.180 Supplement 2)."""

_SILENCE_RMS = 0.005 * opus.FULL_SCALE
"""-46 dBFS. Comfort noise and silence lie below, the quietest hold audio far above."""
_VOICE_SHARE = 0.6
"""Of a frame's energy at the tone's own frequency; two sources of equal loudness stay below."""
_EDGE_SHARE = 0.3
"""The same for a frame right before a voice: the frame in which the voice began."""
_RINGBACK_SHARE = 0.9
_CONTEXT_FRAMES = 5
"""Frames looked at together for ringback: 100 ms tell two tones apart that are 10 Hz from each other."""
_SHORTEST_RUN = 5
"""Ringback or music of fewer frames is an artefact between two others."""


class Sound(enum.Enum):
    """Kinds of sound a caller can hear."""

    SILENCE = "silence"
    """Silence or comfort noise."""
    RINGBACK = "ringback"
    MUSIC = "music"
    """Anything loud that is neither ringback nor a test tone, mixtures included."""
    VOICE = "voice"


class Segment(NamedTuple):
    """A stretch of one kind of sound."""

    sound: Sound
    name: str
    """The tone's name for a voice, otherwise the kind's."""
    start: float
    """Arrival of its first packet, seconds on the monotonic clock."""
    end: float
    """Arrival of its last packet plus one frame."""

    @property
    def seconds(self) -> float:
        """How long it lasted."""
        return self.end - self.start


class Hearing:
    """One decoded recording, ready for questions."""

    def __init__(
        self,
        recording: Sequence[Heard],
        *,
        tones: Iterable[Tone] = (CALLER_TONE, AGENT_TONE),
        ringback_hertz: Collection[float] = RINGBACK_HERTZ,
        payload_type: int = 111,
    ) -> None:
        audio = [heard for heard in recording if heard.packet.payload_type == payload_type]
        self._arrivals = [heard.at for heard in audio]
        self._pcm = opus.decode(heard.packet.payload for heard in audio).astype(np.float64)
        self._tones = tuple(tones)
        self._labels = self._classify(ringback_hertz)

    def segments(self) -> list[Segment]:
        """What was heard, in order and without overlap."""
        found: list[Segment] = []
        for (sound, name), at in zip(self._labels, self._arrivals, strict=True):
            if found and found[-1].sound is sound and found[-1].name == name:
                found[-1] = found[-1]._replace(end=at + opus.FRAME_S)
            else:
                found.append(Segment(sound, name, at, at + opus.FRAME_S))
        return found

    def first_sound_at(self) -> float | None:
        """Arrival of the first packet that is more than comfort noise."""
        return next((seg.start for seg in self.segments() if seg.sound is not Sound.SILENCE), None)

    def first_voice_at(self, tone: Tone) -> float | None:
        """Arrival of the first packet with this voice in it."""
        return next((seg.start for seg in self.segments() if seg.name == tone.name), None)

    def hears(self, tone: Tone, at_least_s: float = 0.1) -> bool:
        """Whether this voice was heard for so long without interruption."""
        return any(seg.name == tone.name and seg.seconds >= at_least_s for seg in self.segments())

    def loudest_besides(self, tone: Tone, start: float, end: float) -> float:
        """The largest share of energy, 0 to 1, that is not this voice in any 100 ms between two moments.

        Near 0 while the voice is alone; music or ringback that goes on beneath it shows (lessons #13, #16).
        """
        rows = self._windows(start, end)
        loud = np.sqrt((rows**2).mean(axis=1)) >= _SILENCE_RMS
        shares = 1.0 - _shares(rows, [tone.hertz])
        return float(shares[loud].max(initial=0.0))

    def share(self, tone: Tone, start: float, end: float) -> float:
        """The share of energy, 0 to 1, that is this voice between two moments; voices that are mixed share it.

        It is the average of all 100 ms in which there is any sound, and 0 if there is none.
        """
        rows = self._windows(start, end)
        loud = np.sqrt((rows**2).mean(axis=1)) >= _SILENCE_RMS
        shares = _shares(rows[loud], [tone.hertz])
        return float(shares.mean()) if len(shares) else 0.0

    def _windows(self, start: float, end: float) -> npt.NDArray[np.float64]:
        """The sound between two moments in rows of 100 ms; what is left over at the end is left out."""
        inside = [index for index, at in enumerate(self._arrivals) if start <= at < end]
        windows = len(inside) // _CONTEXT_FRAMES
        sound = self._pcm[inside[0] : inside[0] + windows * _CONTEXT_FRAMES] if windows else self._pcm[:0]
        return sound.reshape(windows, _CONTEXT_FRAMES * opus.FRAME_SAMPLES)

    def _classify(self, ringback_hertz: Collection[float]) -> list[tuple[Sound, str]]:
        labels = [(Sound.MUSIC, Sound.MUSIC.value)] * len(self._pcm)
        for index in np.flatnonzero(self._ringback_frames(ringback_hertz)):
            labels[index] = (Sound.RINGBACK, Sound.RINGBACK.value)
        quiet = np.sqrt((self._pcm**2).mean(axis=1)) < _SILENCE_RMS
        for index in np.flatnonzero(quiet):
            labels[index] = (Sound.SILENCE, Sound.SILENCE.value)
        for tone in self._tones:
            shares = _shares(self._pcm, [tone.hertz])
            voice = (shares >= _VOICE_SHARE) & ~quiet
            begins = (shares[:-1] >= _EDGE_SHARE) & ~quiet[:-1] & voice[1:]
            voice[:-1] |= begins
            for index in np.flatnonzero(voice):
                labels[index] = (Sound.VOICE, tone.name)
        return _absorb_short_runs(labels)

    def _ringback_frames(self, hertz: Collection[float]) -> npt.NDArray[np.bool_]:
        """Frames with some 100 ms around them that nothing but ringback frequencies explain."""
        frames = len(self._pcm)
        found = np.zeros(frames, dtype=np.bool_)
        if frames < _CONTEXT_FRAMES:
            return found
        starts = np.arange(frames - _CONTEXT_FRAMES + 1)
        samples = self._pcm.reshape(-1)
        windows = np.lib.stride_tricks.sliding_window_view(samples, _CONTEXT_FRAMES * opus.FRAME_SAMPLES)[
            :: opus.FRAME_SAMPLES
        ]
        matching = starts[_shares(windows, sorted(hertz)) >= _RINGBACK_SHARE]
        for offset in range(_CONTEXT_FRAMES):
            found[matching + offset] = True
        return found


def _shares(rows: npt.NDArray[np.float64], hertz: Sequence[float]) -> npt.NDArray[np.float64]:
    """For every row of samples, the share of its energy that sine waves of these frequencies explain."""
    time_s = np.arange(rows.shape[1]) / opus.SAMPLE_RATE
    waves = [wave(2 * np.pi * frequency * time_s) for frequency in hertz for wave in (np.cos, np.sin)]
    basis, _ = np.linalg.qr(np.stack(waves, axis=1))
    energy = (rows**2).sum(axis=1)
    explained: npt.NDArray[np.float64] = ((rows @ basis) ** 2).sum(axis=1)
    shares: npt.NDArray[np.float64] = np.divide(explained, energy, out=np.zeros_like(explained), where=energy > 0)
    return shares


def _absorb_short_runs(labels: list[tuple[Sound, str]]) -> list[tuple[Sound, str]]:
    """Give short runs of ringback or music to the sound before them: the tail of a note, the edge of a switch."""
    runs: list[tuple[tuple[Sound, str], int]] = []
    for label in labels:
        if runs and runs[-1][0] == label:
            runs[-1] = (label, runs[-1][1] + 1)
        else:
            runs.append((label, 1))
    smooth: list[tuple[Sound, str]] = []
    for label, length in runs:
        unsure = label[0] in (Sound.RINGBACK, Sound.MUSIC) and length < _SHORTEST_RUN
        smooth.extend([smooth[-1] if unsure and smooth else label] * length)
    return smooth
