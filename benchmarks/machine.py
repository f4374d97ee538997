"""Owns the record of what a benchmark ran on, so that its figures can be read elsewhere. Measures nothing itself."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import msgspec

_LIBRARIES = ("aiortc", "aioice", "pylibsrtp", "av", "uvloop")
"""Whose versions decide what a packet or a handshake costs."""
_PROJECT = Path(__file__).parent.parent


class Machine(msgspec.Struct, frozen=True):
    """One machine at one moment."""

    cpu_model: str
    cores: int
    """Cores this process may use."""
    memory_mb: int
    kernel: str
    system: str
    """Name and version of the distribution."""
    python: str
    versions: dict[str, str]
    """Of Ringbridge and the libraries under it."""
    commit: str
    """Of the source tree, with ``+changes`` if it differs from it; ``unknown`` outside a checkout."""
    load_average: float
    """Over the last minute: near 0 means that nothing else ran."""


def machine() -> Machine:
    """The machine this runs on, now."""
    return Machine(
        cpu_model=_cpu_model(),
        cores=len(os.sched_getaffinity(0)),
        memory_mb=os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20,
        kernel=platform.release(),
        system=platform.freedesktop_os_release().get("PRETTY_NAME", platform.system()),
        python=platform.python_version(),
        versions={name: version(name) for name in ("ringbridge", *_LIBRARIES)},
        commit=_commit(),
        load_average=round(os.getloadavg()[0], 2),
    )


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            return value.strip()
    return platform.machine()


def _commit() -> str:
    try:
        commit = _git("rev-parse", "--short=12", "HEAD")
        return f"{commit}+changes" if _git("status", "--porcelain", "--untracked-files=no") else commit
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*arguments: str) -> str:
    return subprocess.run(("git", *arguments), cwd=_PROJECT, check=True, capture_output=True, text=True).stdout.strip()
