"""Owns what tests do to a real redis-server: freeze it, and make its records older."""

import signal
from pathlib import Path

from redis import Redis

from benchmarks.redis_process import RedisProcess


class RedisServer(RedisProcess):
    """A redis-server for tests."""

    def __init__(self, folder: Path, *options: str) -> None:
        super().__init__(folder, *options)
        self.client = Redis(unix_socket_path=str(self.socket))
        """A connection beside the store's, for what a test does to Redis behind its back."""

    def __exit__(self, *failure: object) -> None:
        self.client.close()
        super().__exit__(*failure)

    def freeze(self) -> None:
        """Let it hold its connections and say nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self.process.send_signal(signal.SIGCONT)

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
