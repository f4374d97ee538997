"""Owns the way of a person's sound file to a clip: read, made as loud as all others, trimmed, checked, encoded."""

from dataclasses import dataclass
from pathlib import Path

from hold_audio.checking import Finding, check
from hold_audio.clip import FRAME_S, FRAME_SAMPLES, Clip, Samples
from hold_audio.cutting import for_ever, for_once, trimmed
from hold_audio.encode import encode, encode_once
from hold_audio.loudness import TooQuiet, normalised
from hold_audio.reading import UnreadableSound, read

HIGHEST_AVERAGE = 20_000
"""Bit/s: what WhatsApp's offers name as ``maxaveragebitrate`` (RFC 7587 6.1; whatsapp-calling 5.1)."""
_AIMS = (16_000, 14_000, 12_000, 10_000, 8_000)
"""Bit/s that Opus is told. Depending on the sound it spends up to twice as much; the best that keeps the average."""
SHORTEST_LOOP_FRAMES = 50
"""One second; a shorter loop is a buzz."""


@dataclass(frozen=True, slots=True)
class Intake:
    """A clip that was made, and what its listeners might complain about."""

    clip: Clip
    findings: tuple[Finding, ...]


def take_in(path: Path, name: str, *, loop: bool) -> Intake:
    """Make a clip of a sound file. With ``loop`` it follows itself without a seam, as music does.

    Raises UnreadableSound, also for a sound that is silent or too short for a loop. Times in the findings are those of
    the clip, but for flat peaks those of the file.
    """
    recording = read(path)
    try:
        sound = trimmed(normalised(recording.samples))
    except TooQuiet as error:
        raise UnreadableSound(str(error)) from error
    if not len(sound):
        raise UnreadableSound("is silent")
    if loop and len(sound) < SHORTEST_LOOP_FRAMES * FRAME_SAMPLES:
        raise UnreadableSound("is shorter than a second; that is too short for a loop")
    return Intake(Clip(name, frames_of(sound, loop=loop)), check(sound, recording.clipped_s))


def frames_of(sound: Samples, *, loop: bool) -> tuple[bytes, ...]:
    """Frames of a sound that is trimmed and loud enough, for one hearing or for ever."""
    ready, to_frames = (for_ever(sound), encode) if loop else (for_once(sound), encode_once)
    frames: tuple[bytes, ...] = ()
    for aim in _AIMS:
        frames = to_frames(ready, aim)
        if sum(map(len, frames)) * 8 <= HIGHEST_AVERAGE * len(frames) * FRAME_S:
            break
    return frames
