"""Owns a real redis-server for tests: on a Unix socket in a folder of the test, killed and started again at will."""

import signal
import subprocess
from pathlib import Path
from typing import Final, Self

from redis import Redis

DURABLE: Final = ("--appendonly", "yes", "--appendfsync", "always")
"""What a server must be started with to lose nothing that was acknowledged."""


class RedisServer:
    """One server. Empty, and keeping nothing on disk, unless its options say otherwise."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._command = ["redis-server", "--port", "0", "--save", "", "--dir", str(folder), *options]
        self.socket = folder / "redis.sock"
        self._process: subprocess.Popen[str] | None = None
        self.url = f"unix://{self.socket}"
        self.client = Redis(unix_socket_path=str(self.socket))
        """A connection beside the store's, for what a test does to Redis behind its back."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.kill()

    def start(self) -> None:
        """Start it and wait until it is ready."""
        self._process = subprocess.Popen(
            [*self._command, "--unixsocket", str(self.socket)], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None, "it was started with a pipe"
        said = []
        for line in self._process.stdout:
            said.append(line)
            if "eady to accept connections" in line:
                return
        raise AssertionError("redis-server did not start: " + "".join(said))

    def kill(self) -> None:
        """As the kernel does when memory runs out."""
        assert self._process is not None, "it was started"
        self._process.kill()
        self._process.communicate()

    def freeze(self) -> None:
        """Let it hold its connections and say nothing."""
        assert self._process is not None, "it was started"
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._process is not None, "it was started"
        self._process.send_signal(signal.SIGCONT)

    def age(self, seconds: float) -> None:
        """Make every record so much older, for Redis' own clock cannot be moved."""
        for key in self.client.scan_iter():
            left_ms = self.client.pttl(key)
            if left_ms < 0:
                continue
            if left_ms > seconds * 1000:
                self.client.pexpire(key, left_ms - round(seconds * 1000))
            else:
                self.client.delete(key)
