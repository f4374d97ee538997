"""Owns the rehearsal of a wait strategy: what a caller would hear, frame by frame, without anybody waiting. Pure."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from hold_audio import timeline
from hold_audio.clip import FRAME_S, Clip
from hold_audio.strategy import FOR_EVER, WaitStrategy
from hold_audio.timeline import Outlook, Play

Forecast: TypeAlias = Callable[[float], Outlook]
"""``forecast(seconds)``: what the waiting room knows that long after the caller came."""


class Stretch(NamedTuple):
    """A clip that is heard without a break."""

    clip_name: str
    start_s: float
    end_s: float


class Rehearsal(NamedTuple):
    """What a caller hears, whole frames, and which clip it is when."""

    frames: tuple[bytes, ...]
    stretches: tuple[Stretch, ...]


def rehearse(strategy: WaitStrategy, clips: Mapping[str, Clip], seconds: float, forecast: Forecast) -> Rehearsal:
    """The first ``seconds`` of a wait; decisions are made exactly when the timeline asks for them."""
    lengths = {name: len(clip.frames) for name, clip in clips.items()}
    listening, playlist, again_at = timeline.begin(strategy, lengths, 0.0)
    assert playlist is not None, "a wait begins with a playlist"
    heard: list[tuple[str, int]] = []
    begun_at = 0
    for number in range(round(seconds / FRAME_S)):
        now = number * FRAME_S
        if again_at is not None and now >= again_at:
            listening, changed, again_at = timeline.go_on(strategy, lengths, listening, forecast(now), now)
            if changed is not None:
                playlist, begun_at = changed, number
        heard.append(frame_of(playlist, lengths, number - begun_at))
    frames = tuple(clips[name].frames[frame] for name, frame in heard)
    return Rehearsal(frames, _stretches([name for name, _ in heard]))


def frame_of(playlist: tuple[Play, ...], lengths: Mapping[str, int], at: int) -> tuple[str, int]:
    """The clip, and its frame, that is heard so many frames after the playlist began."""
    for play in playlist:
        length = lengths[play.clip_name]
        frames = play.repeats * length - play.start
        if play.repeats == FOR_EVER or at < frames:
            return play.clip_name, (play.start + at) % length
        at -= frames
    raise AssertionError("a playlist ends with a clip that is played for ever")


def _stretches(names: list[str]) -> tuple[Stretch, ...]:
    edges = [0, *(at for at in range(1, len(names)) if names[at] != names[at - 1]), len(names)]
    return tuple(Stretch(names[start], start * FRAME_S, end * FRAME_S) for start, end in pairwise(edges) if end > start)
