"""Owns the file of one encoded clip: a small header, a checksum, the Opus frames. Decodes nothing.

Layout, big-endian: ``RBCLIP``, version (1 byte), CRC-32 of all that follows (4), number of frames (4), the length of
each frame (2 each), the frames. The clip's name is the file's name.
"""

import os
import struct
import tempfile
import zlib
from pathlib import Path

from hold_audio.clip import Clip

SUFFIX = ".clip"
MAGIC = b"RBCLIP"
VERSION = 1
"""Raised when the layout or the way of encoding changes; a file of another version must be made again."""
LARGEST_FRAME_BYTES = 1275
"""RFC 6716 3.4."""

_HEADER = struct.Struct(">6sBI")


class BrokenClip(Exception):
    """The file is missing, damaged or of another version; the message says which, for an operator."""


def pack(frames: tuple[bytes, ...]) -> bytes:
    """The file's content. Frames must be 1 to 1275 bytes."""
    assert frames, "a clip has frames"
    assert all(0 < len(frame) <= LARGEST_FRAME_BYTES for frame in frames), "an Opus frame has 1 to 1275 bytes"
    body = struct.pack(f">I{len(frames)}H", len(frames), *map(len, frames)) + b"".join(frames)
    return _HEADER.pack(MAGIC, VERSION, zlib.crc32(body)) + body


def unpack(content: bytes) -> tuple[bytes, ...]:
    """The frames of a file's content. Raises BrokenClip."""
    if len(content) < _HEADER.size or not content.startswith(MAGIC):
        raise BrokenClip("is not a clip")
    _, version, checksum = _HEADER.unpack_from(content)
    body = content[_HEADER.size :]
    if version != VERSION:
        raise BrokenClip(f"is of version {version}, not {VERSION}; add its sound again")
    if zlib.crc32(body) != checksum:
        raise BrokenClip("is damaged")
    # Past the checksum the body is as ``pack`` wrote it.
    (count,) = struct.unpack_from(">I", body)
    lengths = struct.unpack_from(f">{count}H", body, 4)
    frames, at = [], 4 + 2 * count
    for length in lengths:
        frames.append(body[at : at + length])
        at += length
    return tuple(frames)


def load(path: Path) -> Clip:
    """Read a clip from its file. Raises BrokenClip."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BrokenClip(f"cannot be read: {error.strerror}") from error
    return Clip(path.stem, unpack(content))


def save(clip: Clip, folder: Path) -> Path:
    """Write the clip's file, whole or not at all, in place of a former one. Raises OSError."""
    path = folder / (clip.name + SUFFIX)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=f".{clip.name}-", delete=False) as file:
        try:
            file.write(pack(clip.frames))
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    path.chmod(0o644)
    return path
