"""Owns a redis-server as a process of its own, on a Unix socket in a folder that goes with it."""

import subprocess
from pathlib import Path
from typing import Final, Self

DURABLE: Final = ("--appendonly", "yes", "--appendfsync", "always")
"""What a server must be started with to lose nothing that was acknowledged."""


class RedisProcess:
    """One server. Keeps nothing on disk unless its options say otherwise. Raises FileNotFoundError without Redis."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._command = ["redis-server", "--port", "0", "--save", "", "--dir", str(folder), *options]
        self._process: subprocess.Popen[str] | None = None
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it and wait until it is ready."""
        command = [*self._command, "--unixsocket", str(self.socket)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None, "it was started with a pipe"
        said = []
        for line in self._process.stdout:
            said.append(line)
            if "eady to accept connections" in line:
                return
        raise AssertionError("redis-server did not start: " + "".join(said))

    def kill(self) -> None:
        """As the kernel does when memory runs out."""
        self.process.kill()
        self.process.communicate()

    @property
    def process(self) -> "subprocess.Popen[str]":
        """The server, once it was started."""
        assert self._process is not None, "it was started"
        return self._process
