"""Owns a whole Ringbridge as a process of its own: configuration, secrets and store in a folder that goes with it."""

import asyncio
import json
import os
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

from benchmarks.cores import pinned

_READY_S = 60.0
"""Longest wait for the first line; a cold start imports a lot and encodes the hold audio."""
_STOP_S = 20.0

Section: TypeAlias = Mapping[str, Any]
"""Keys of one table of the configuration, inner tables and arrays included."""
Sections: TypeAlias = Mapping[str, Section | Sequence[Section]]
"""Tables and arrays of tables of the configuration."""


class NotReady(Exception):
    """The server did not come up; the text says what it printed."""


class ServerProcess:
    """A server that takes calls. Its secrets are fresh and known to nobody else."""

    def __init__(self, folder: Path, process: asyncio.subprocess.Process, environ: dict[str, str], url: str) -> None:
        self.url = url
        """Address of the softphone."""
        self.pid = process.pid
        self._folder = folder
        self._environ = environ

    @property
    def callback_url(self) -> str:
        """Where webhooks go."""
        return f"{self.url}/webhooks/whatsapp"

    @property
    def agent_url(self) -> str:
        """The agents' WebSocket."""
        return f"ws{self.url.removeprefix('http')}/agent"

    async def agent_token(self, name: str, *options: str) -> str:
        """A token as ``ringbridge agent-token`` issues it."""
        process = await asyncio.create_subprocess_exec(
            *_command("agent-token", name, *options), env=self._environ, stdout=asyncio.subprocess.PIPE
        )
        output, _ = await process.communicate()
        return output.decode().strip()

    async def printed(self, *command: str) -> str:
        """What a command of ``ringbridge`` prints about this server's records."""
        config = str(self._folder / "ringbridge.toml")
        process = await asyncio.create_subprocess_exec(
            *_command(*command, "--config", config), env=self._environ, stdout=asyncio.subprocess.PIPE
        )
        output, _ = await process.communicate()
        return output.decode()

    def waited_for_cpu_s(self) -> float:
        """Time in which some thread of the server wanted to run and the machine had no core for it, so far.

        Summed over the threads that are alive, from the scheduler's own account (proc(5), ``schedstat``).
        """
        tasks = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[1]) for task in tasks) * 1e-9

    def log(self) -> str:
        """What the server has logged so far."""
        return _log_path(self._folder).read_text()


class Secrets:
    """What server and simulated WhatsApp have to agree on."""

    def __init__(self) -> None:
        self.app_secret = secrets.token_hex(16)
        self.verify_token = secrets.token_hex(16)
        self.access_token = secrets.token_hex(32)
        self.agent_secret = secrets.token_hex(32)

    def environ(self) -> dict[str, str]:
        """As environment of the server."""
        return {f"RINGBRIDGE_{name.upper()}": value for name, value in vars(self).items()}


@asynccontextmanager
async def served(shared: Secrets, sections: Sections, *, core: int | None = None) -> AsyncIterator[ServerProcess]:
    """A running server with these sections of configuration; it is stopped on leaving. Raises NotReady.

    With a ``core``, all its threads are kept on that one.
    """
    with tempfile.TemporaryDirectory(prefix="ringbridge-") as name:
        folder = Path(name)
        config = folder / "ringbridge.toml"
        store: Section = {"path": str(folder / "ringbridge.sqlite3")}
        config.write_text(_toml({"http": {"port": 0}, "store": store, **sections}))
        environ = {**os.environ, **shared.environ()}
        with _log_path(folder).open("wb") as log:
            command = _command("serve", "--config", str(config))
            process = await asyncio.create_subprocess_exec(
                *(command if core is None else pinned(core, *command)),
                env=environ,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        try:
            yield ServerProcess(folder, process, environ, await _ready(process, folder))
        finally:
            await _stop(process)


async def _ready(process: asyncio.subprocess.Process, folder: Path) -> str:
    assert process.stdout is not None, "the process was started with a pipe"
    try:
        line = await asyncio.wait_for(process.stdout.readline(), _READY_S)
        url: str = json.loads(line)["http"]
    except (TimeoutError, ValueError, KeyError) as error:
        raise NotReady(_log_path(folder).read_text()[-4000:] or "the server printed nothing") from error
    return url


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _STOP_S)
    except TimeoutError:
        process.kill()
        await process.wait()


def _command(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "mediaserver", *arguments)


def _log_path(folder: Path) -> Path:
    return folder / "server.log"


def _toml(sections: Sections) -> str:
    lines = []
    for name, section in sections.items():
        heading, tables = (f"[{name}]", [section]) if isinstance(section, Mapping) else (f"[[{name}]]", section)
        for values in tables:
            lines.append(heading)
            lines += [f"{key} = {_value(value)}" for key, value in values.items()]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    """Strings, numbers and booleans are written alike in JSON and TOML."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_value(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value)
