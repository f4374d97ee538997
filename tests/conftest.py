"""Owns what holds for every test: nothing personal in any log (design rule 11). And the one redis-server they share."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from mediaserver.logs import PERSONAL
from tests.support.redis_server import RedisServer


class _Eavesdropper(logging.Handler):
    """Reads along with structlog and with the standard library, and keeps what should not have been said."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.caught: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """A library's line that our own configuration would let through."""
        if record.levelno >= logging.WARNING:
            self._check(f"{record.name}: {record.getMessage()}")

    def processor(self, _: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        """A line of ours, before any masking."""
        for field, value in event.items():
            self._check(f"{event.get('event')}.{field} = {value}")
        return event

    def _check(self, line: str) -> None:
        if PERSONAL.search(line):
            self.caught.append(line)


@pytest.fixture(autouse=True)
def no_personal_data_in_logs() -> Iterator[None]:
    """Fail any test during which a number, an SDP, a token or an address reached a log."""
    ear = _Eavesdropper()
    logging.getLogger().addHandler(ear)
    structlog.configure(processors=[ear.processor, structlog.dev.ConsoleRenderer()], cache_logger_on_first_use=False)
    yield
    logging.getLogger().removeHandler(ear)
    assert ear.caught == [], "a log must not tell who calls whom"


@pytest.fixture(scope="session")
def _shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def redis_server(_shared_redis: RedisServer) -> RedisServer:
    """A real Redis, empty at the beginning of the test."""
    _shared_redis.client.flushall()
    _shared_redis.client.script_flush()
    return _shared_redis
