"""Owns the way into libopus: which library that is, and where its functions lie in memory. Knows no packet.

It is the library that PyAV brings and has loaded already. The linker is asked for it by way of PyAV's own extension
module, which depends on it, so that no path and no file name is guessed.
"""

import ctypes

from av.codec import context

from mediaserver.packets.types import OpusFunctions

OLDEST = (1, 3)
"""Debian 11's. The figures of the tests were taken with 1.6."""


class OpusMissing(Exception):
    """PyAV came without a usable libopus. Its wheels have one; a build of one's own needs FFmpeg with libopus."""


def opus_functions() -> OpusFunctions:
    """Addresses of the functions the engine needs. Raises OpusMissing."""
    if opus_version() < OLDEST:
        raise OpusMissing(f"libopus {'.'.join(map(str, OLDEST))} or newer is needed")
    return OpusFunctions(*(_address(f"opus_{name}") for name in OpusFunctions._fields))


def opus_version() -> tuple[int, ...]:
    """What libopus says of itself. Raises OpusMissing."""
    tell = ctypes.CFUNCTYPE(ctypes.c_char_p)(_address("opus_get_version_string"))
    name, _, version = tell().decode().partition(" ")
    if name != "libopus":
        raise OpusMissing(f"PyAV brought {name!r} in place of libopus")
    return tuple(int(part) for part in version.partition("-")[0].split("."))


def _address(function: str) -> int:
    try:
        found = ctypes.CDLL(context.__file__)[function]
    except AttributeError as missing:
        raise OpusMissing(f"PyAV was built without libopus: there is no {function}") from missing
    address = ctypes.cast(found, ctypes.c_void_p).value
    assert address is not None, "a function that was found lies somewhere"
    return address
