"""What only a file can do: survive, be shared by two processes, be locked, be too new."""

import asyncio
import sqlite3
import stat
from pathlib import Path

import pytest

from signaling.store.contract import StoreUnavailable
from signaling.store.sqlite import SCHEMA_VERSION, NewerFile, SqliteStore
from tests.support.hand_clock import HandClock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "records.sqlite3"


async def test_records_survive_a_restart(path: Path, clock: HandClock) -> None:
    store = await SqliteStore.open(path, clock)
    await store.commit("a", 0, b"x")
    await store.commit("b", 0, b"y", ttl=10)
    before = await store.load("a")
    await store.close()
    clock.advance(11)
    store = await SqliteStore.open(path, clock)
    assert await store.load("a") == before, "a committed record did not survive"
    assert await store.load("b") is None, "an expired record came back"
    await store.close()


async def test_two_stores_share_a_file(path: Path, clock: HandClock) -> None:
    """#82: exactly one owner, whichever connection it came through."""
    stores = [await SqliteStore.open(path, clock)]
    stores += await asyncio.gather(*(SqliteStore.open(path, clock) for _ in range(2)))
    for number in range(10):
        won = await asyncio.gather(
            *(store.commit(f"k{number}", 0, str(index).encode()) for index, store in enumerate(stores * 2))
        )
        assert len([version for version in won if version]) == 1, "two connections both won"
        held = [await store.load(f"k{number}") for store in stores]
        assert held[0] == held[1] == held[2], "two connections see different records"
        assert held[0] is not None, "the winner's record is missing"
        assert held[0].value == str(won.index(max(won))).encode(), "a loser's record was kept"
    for store in stores:
        await store.close()


async def test_a_locked_file_is_unavailable_and_recovers(path: Path, clock: HandClock) -> None:
    store = await SqliteStore.open(path, clock, busy_s=0.02)
    await store.commit("a", 0, b"x")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable):
        await store.commit("b", 0, b"y")
    assert await store.load("a"), "readers must not wait for a writer"
    other.execute("ROLLBACK")
    other.close()
    assert await store.commit("b", 0, b"y"), "the store does not recover once the file is free"
    await store.close()


async def test_a_full_disk_is_unavailable_and_nothing_is_half_written(path: Path, clock: HandClock) -> None:
    store = await SqliteStore.open(path, clock)
    await store.commit("a", 0, b"old")
    held = await store.load("a")
    assert held is not None
    await store._in_thread(lambda: store._database.execute("PRAGMA max_page_count = 8"))
    with pytest.raises(StoreUnavailable):
        await store.commit("a", held.version, b"x" * 1_000_000)
    assert await store.load("a") == held, "a failed commit changed the record"
    assert await store.commit("a", held.version, b"new"), "the store does not recover from a full disk"
    await store.close()


async def test_a_newer_file_is_refused_untouched(path: Path, clock: HandClock) -> None:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(NewerFile, match=f"schema {SCHEMA_VERSION + 1}"):
        await SqliteStore.open(path, clock)
    (mode,) = database.execute("PRAGMA journal_mode").fetchone()
    tables = database.execute("SELECT name FROM sqlite_master").fetchall()
    database.close()
    assert (mode, tables) == ("delete", []), "a newer file was changed by an older release"


@pytest.mark.parametrize("content", [b"not a database" * 100, b"SQLite format 3\0" + b"\xff" * 4096])
def test_another_file_is_refused_untouched(path: Path, clock: HandClock, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreUnavailable):
        asyncio.run(SqliteStore.open(path, clock))
    assert path.read_bytes() == content, "a file of somebody else was changed"


async def test_a_missing_folder_is_unavailable(tmp_path: Path, clock: HandClock) -> None:
    with pytest.raises(StoreUnavailable):
        await SqliteStore.open(tmp_path / "none" / "records.sqlite3", clock)


async def test_only_its_user_reads_the_file(path: Path, clock: HandClock) -> None:
    store = await SqliteStore.open(path, clock)
    await store.commit("a", 0, b"x")
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    await store.close()
    assert set(modes.values()) == {0o600}, f"others may read who called: {modes}"


async def test_commits_are_durable(path: Path, clock: HandClock) -> None:
    store = await SqliteStore.open(path, clock)
    modes = await store._in_thread(
        lambda: [store._database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    )
    await store.close()
    assert modes == ["wal", 2], "a commit may be lost with the power"


async def test_the_loop_goes_on_while_the_disk_is_busy(path: Path, clock: HandClock) -> None:
    store = await SqliteStore.open(path, clock, busy_s=5)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    commit = asyncio.create_task(store.commit("a", 0, b"x"))
    for _ in range(1000):
        await asyncio.wait([commit], timeout=0)
    assert not commit.done(), "the commit did not wait for the other writer"
    other.execute("ROLLBACK")
    other.close()
    assert await asyncio.wait_for(commit, 5), "the commit was lost while it waited"
    await store.close()
