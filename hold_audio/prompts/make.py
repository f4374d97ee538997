"""Owns the making of the recordings: ``python -m hold_audio.prompts.make`` after a change of ``texts``.

Needs espeak-ng (Debian: ``apt-get install espeak-ng``), whose voices put no licence on what they say. The clips are
committed; nothing runs this at build or run time. The same espeak-ng and libopus give the same files.
"""

import subprocess
import tempfile
from pathlib import Path

import msgspec

from hold_audio import clip_file
from hold_audio.clip import Clip
from hold_audio.cutting import trimmed
from hold_audio.intake import frames_of
from hold_audio.loudness import normalised
from hold_audio.prompts.recordings import MANIFEST, Recorded, path_of, recorded, words_of
from hold_audio.prompts.texts import LOCALES, Locale
from hold_audio.reading import read


def main() -> None:
    """Record every prompt of every locale anew, and write the manifest."""
    manifest: dict[str, dict[str, Recorded]] = {}
    for locale in LOCALES.values():
        folder = path_of(locale.name, "any").parent
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        manifest[locale.name] = {recording: _record(locale, recording) for recording in locale.spoken}
    MANIFEST.write_bytes(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")


def _record(locale: Locale, recording: str) -> Recorded:
    with tempfile.TemporaryDirectory() as folder:
        spoken = Path(folder) / "spoken.wav"
        words = words_of(locale.spoken[recording])
        command = ["espeak-ng", "-v", locale.voice, "-s", str(locale.speed), "-w", str(spoken), words]
        subprocess.run(command, check=True)  # noqa: S603 - the words are this project's own.
        frames = frames_of(trimmed(normalised(read(spoken).samples)), loop=False)
    clip_file.save(Clip(recording, frames), path_of(locale.name, recording).parent)
    return recorded(locale, recording, len(frames))


if __name__ == "__main__":
    main()
