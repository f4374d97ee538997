"""Owns the commands ``ringbridge audio``: an operator's way from sound files to what callers hear. Thin.

``__main__`` loads this module only when it is asked for, so that a server does not carry what only operators need.
"""

import sys
import wave
from pathlib import Path
from typing import Annotated, NoReturn

import numpy as np
import typer

from hold_audio.checking import check as check_sound
from hold_audio.clip import SAMPLE_RATE, Clip, Samples
from hold_audio.clip_file import BrokenClip
from hold_audio.encode import decode
from hold_audio.intake import take_in
from hold_audio.library import Library
from hold_audio.picture import draw
from hold_audio.prompts.recordings import prompts
from hold_audio.prompts.texts import LOCALES
from hold_audio.reading import UnreadableSound
from hold_audio.rehearsal import rehearse
from hold_audio.shelf import BadName, Shelf, checked_name
from hold_audio.timeline import Outlook
from mediaserver.config import Config, ConfigProblems, load_config
from mediaserver.wait_sounds import load_sounds

audio = typer.Typer(
    help="What callers hear: add sounds, listen to them, check them, look at a whole wait.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

ConfigPath = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="TOML file; without it the defaults hold.", envvar="RINGBRIDGE_CONFIG"),
]


@audio.command()
def add(
    file: Annotated[Path, typer.Argument(help="A sound file of any usual format.")],
    name: Annotated[str, typer.Option("--as", help="Name of the clip, as the configuration calls it.")],
    loop: Annotated[bool, typer.Option("--loop", help="Music: let it follow itself without a seam.")] = False,
    config: ConfigPath = None,
) -> None:
    """Make a clip of a sound file: mono, trimmed, as loud as all others. Callers hear it after a restart."""
    shelf = Shelf(_load(config).audio.folder)
    try:
        taken = take_in(file, checked_name(name), loop=loop)
        path = shelf.put(taken.clip)
    except (UnreadableSound, BadName) as error:
        _refuse(f"{file}: {error}" if isinstance(error, UnreadableSound) else f"{name}: {error}")
    except OSError as error:
        _refuse(f"{name}: cannot be kept, {error.strerror}")
    print(f"{name}: {taken.clip.duration_s:.1f} s in {path}")
    for finding in taken.findings:
        print(f"  {finding}")


@audio.command("list")
def list_clips(config: ConfigPath = None) -> None:
    """List the installation's clips, and the built-in sounds."""
    settings = _load(config)
    own, broken = Shelf(settings.audio.folder).clips()
    for clip in own.values():
        print(f"{clip.name:<24} {clip.duration_s:7.1f} s  {sum(map(len, clip.frames)) / 1000:7.1f} kB")
    for name, reason in broken.items():
        print(f"{name:<24} {reason}")
    for name, clip in _library(settings).items():
        print(f"{name:<24} {clip.duration_s:7.1f} s  built in")


@audio.command()
def play(
    name: Annotated[str, typer.Argument(help="A clip, a built-in sound, or a prompt such as en/next.")],
    wav: Annotated[Path, typer.Option(help="WAV file to write, to be played by any player.")],
    config: ConfigPath = None,
) -> None:
    """Write what a caller hears of a clip, decoded, as a WAV file."""
    settings = _load(config)
    sound = decode(_find(name, settings).frames)
    _write(sound, wav)
    print(f"{name}: {len(sound) / SAMPLE_RATE:.1f} s in {wav}")


@audio.command()
def check(config: ConfigPath = None) -> None:
    """Say what callers would complain about: broken or missing clips, clicks, long silence. Fails if there is any."""
    settings = _load(config)
    sounds = load_sounds(settings.queues, settings.audio, _library(settings))
    problems = list(sounds.problems)
    own, _ = Shelf(settings.audio.folder).clips()
    for clip in own.values():
        problems += [f"{clip.name}: {finding}" for finding in check_sound(decode(clip.frames))]
    for problem in problems:
        print(problem)
    if problems:
        raise typer.Exit(1)
    print("Every sound is fine.")


@audio.command()
def preview(  # noqa: PLR0913 - one parameter for each option of the command.
    queue: Annotated[str, typer.Argument(help="Name of the queue.")],
    *,
    png: Annotated[Path, typer.Option(help="Picture to write.")],
    seconds: Annotated[float, typer.Option(min=1, max=1800, help="Length of the wait.")] = 180.0,
    place: Annotated[int, typer.Option(min=1, help="Place in the queue at the beginning; one less each minute.")] = 4,
    wait_s: Annotated[float, typer.Option(min=0, help="Estimated wait at the beginning, in seconds.")] = 300.0,
    wav: Annotated[Path | None, typer.Option(help="WAV file of the whole wait.")] = None,
    config: ConfigPath = None,
) -> None:
    """Draw a wait as a caller hears it: the waveform, with the name of each clip."""
    settings = _load(config)
    sounds = load_sounds(settings.queues, settings.audio, _library(settings))
    if queue not in sounds.strategies:
        _refuse(f"{queue}: is no queue; the queues are {', '.join(sorted(sounds.strategies))}")

    def forecast(after_s: float) -> Outlook:
        return Outlook(max(1, place - int(after_s // 60)), max(0.0, wait_s - after_s))

    rehearsal = rehearse(sounds.strategies[queue], sounds.clips, seconds, forecast)
    try:
        draw(rehearsal, f"Queue {queue}: the first {seconds:.0f} s of a wait", png)
    except OSError as error:
        _refuse(f"{png}: {error.strerror}")
    if wav is not None:
        _write(decode(rehearsal.frames), wav)
    print(f"{queue}: {seconds:.0f} s in {png}")


def _find(name: str, settings: Config) -> Clip:
    locale = name.partition("/")[0]
    built_in = prompts(locale)[0] if locale in LOCALES and locale != name else _library(settings)
    if name in built_in:
        return built_in[name]
    try:
        return Shelf(settings.audio.folder).take(name)
    except (BrokenClip, BadName) as error:
        _refuse(f"{name}: {error}")


def _write(sound: Samples, path: Path) -> None:
    try:
        with path.open("wb") as raw, wave.open(raw, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE)
            file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    except OSError as error:
        _refuse(f"{path}: {error.strerror}")


def _library(settings: Config) -> Library:
    return Library([queue.country for queue in settings.queues])


def _load(path: Path | None) -> Config:
    try:
        return load_config(path)
    except ConfigProblems as error:
        _refuse(*error.problems)


def _refuse(*problems: str) -> NoReturn:
    for problem in problems:
        print(problem, file=sys.stderr)
    raise typer.Exit(2)
