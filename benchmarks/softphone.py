"""Measures the agents' page in a real Chromium: what its first load weighs, how long it takes, and how it stands up.

The page is served and spoken to from this process. Loading is measured with an empty cache on loopback; standing up is
500 boards a second, hundreds of times what the server sends (``signaling.wallboard.feed``), and what is counted is the
frames of the screen, by the page's own requestAnimationFrame.
"""

import itertools
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import typer
from aiohttp import web
from playwright.async_api import Page, async_playwright

from benchmarks.crowd.beat import let_pass
from benchmarks.report import JsonPath, Keys, run
from signaling.agents.messages import (
    PROTOCOL_VERSION,
    Hello,
    Welcome,
    decode,
    encode,
)
from signaling.agents.sideline_messages import (
    Wallboard,
    WatchWallboard,
)
from signaling.calls.call import Phase
from signaling.softphone.page import SoftphonePage
from signaling.waiting.board import Presence
from signaling.wallboard.view import AgentNow, CallNow, QueueNow, WallboardNow

FLAGS = (
    "--no-sandbox",
    "--headless=new",
    "--disable-background-networking",
    "--no-first-run",
    "--use-fake-ui-for-media-stream",
)
BEATS_A_SECOND = 100
"""Boards are sent in this many handfuls a second; a finer clock than the loop's is not to be had."""

MOST_KILOBYTES, LONGEST_LOAD_MS, FEWEST_FRAMES = 100, 1000, 30
"""What the page promises on loopback: its first load, and frames a second under the storm."""

_SETTLE_S = 0.5
"""After the last board, so that the page has drawn it."""

COUNT_FRAMES = """
globalThis.frames_ = [];
const tick = (now) => { frames_.push(now); requestAnimationFrame(tick); };
requestAnimationFrame(tick);
"""
LOAD = """() => {
  const all = [performance.getEntriesByType("navigation")[0], ...performance.getEntriesByType("resource")];
  return {
    files: all.length,
    bytes: all.reduce((sum, { transferSize }) => sum + transferSize, 0),
    milliseconds: Math.max(...all.map(({ responseEnd }) => responseEnd)),
  };
}"""


def main(
    rate: Annotated[int, typer.Option(min=1, help="Boards a second.")] = 500,
    seconds: Annotated[float, typer.Option(min=1, help="For how long.")] = 10.0,
    queues: Annotated[int, typer.Option(min=1, help="Queues on the board.")] = 20,
    agents: Annotated[int, typer.Option(min=0, help="Agents on the board.")] = 100,
    json_path: JsonPath = None,
) -> None:
    """Load the page, and storm its wallboard."""

    async def measure(_core: int | None) -> Keys:
        async with _server() as (url, sockets), async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
            page = await browser.new_page(viewport={"width": 1400, "height": 900})
            keys = await _load(page, url)
            keys |= await _storm(page, sockets, rate=rate, seconds=seconds, board=_Board(queues, agents))
            await browser.close()
            keys["failures"] = _broken_promises(keys, rate)
            return keys

    run(measure, json_path, pin=False)


async def _load(page: Page, url: str) -> Keys:
    began = time.monotonic()
    await page.goto(f"{url}/#token=t")
    await page.get_by_test_id("queues").wait_for()
    ready_s = time.monotonic() - began
    load: dict[str, Any] = await page.evaluate(LOAD)
    return {
        "load_files": load["files"],
        "load_kilobytes": round(load["bytes"] / 1000, 1),
        "load_network_ms": round(load["milliseconds"]),
        "load_ready_ms": round(1000 * ready_s),
    }


async def _storm(
    page: Page, sockets: list[web.WebSocketResponse], *, rate: int, seconds: float, board: "_Board"
) -> Keys:
    (socket,) = sockets
    await page.evaluate(COUNT_FRAMES)
    beats, sent = round(seconds * BEATS_A_SECOND), 0
    began = time.monotonic()
    for beat in range(1, beats + 1):
        while sent < rate * beat // BEATS_A_SECOND:
            await socket.send_str(encode(board.next()))
            sent += 1
        await let_pass(max(0.0, began + beat / BEATS_A_SECOND - time.monotonic()))
    took_s = time.monotonic() - began
    frames: list[float] = await page.evaluate("frames_")
    await let_pass(_SETTLE_S)
    shown = await page.get_by_test_id("queues").locator("li").first.locator('[data-fact="waiting"]').inner_text()
    gaps = [after - before for before, after in itertools.pairwise(frames)]
    return {
        "boards_a_second": round(sent / took_s, 1),
        "frames_a_second": round(len(frames) / took_s, 1),
        "slowest_second_frames": _slowest_second(frames),
        "longest_frame_ms": round(max(gaps), 1),
        "newest_board_shown": shown == str(board.number),
    }


def _broken_promises(keys: Keys, rate: int) -> list[str]:
    held = {
        f"more than {MOST_KILOBYTES} KB to load": keys["load_kilobytes"] <= MOST_KILOBYTES,
        f"more than {LONGEST_LOAD_MS} ms until it is of use": keys["load_ready_ms"] <= LONGEST_LOAD_MS,
        f"fewer than {FEWEST_FRAMES} frames in a second": keys["slowest_second_frames"] >= FEWEST_FRAMES,
        "the page is behind": keys["newest_board_shown"],
        "fewer boards were sent than wanted": keys["boards_a_second"] >= 0.9 * rate,
    }
    return [promise for promise, kept in held.items() if not kept]


def _slowest_second(frames: list[float]) -> int:
    """Fewest frames within any whole second."""
    counts: dict[int, int] = {}
    for at in frames:
        counts[int((at - frames[0]) // 1000)] = counts.get(int((at - frames[0]) // 1000), 0) + 1
    return min(count for second, count in counts.items() if second < max(counts))


class _Board:
    """A busy site in which something changes every time."""

    def __init__(self, queues: int, agents: int) -> None:
        self.number = 0
        self._queues = [f"queue-{number}" for number in range(queues)]
        self._agents = [f"Agent {number}" for number in range(agents)]

    def next(self) -> Wallboard:
        self.number += 1
        now, number = time.time(), self.number
        queues = tuple(
            QueueNow(name, number + place, 1, now - 30, 2, 5, number, 1, 0, 0.9, 12.0)
            for place, name in enumerate(self._queues)
        )
        kinds = tuple(Presence)
        agents = tuple(
            AgentNow(name, kinds[(number + place) % len(kinds)], now - 60, "queue-0", "")
            for place, name in enumerate(self._agents)
        )
        calls = (CallNow(f"call-{number // 50}", "Maria Okafor", "queue-0", "Agent 1", Phase.TALKING, now - 90),)
        return Wallboard(board=WallboardNow(now, queues, agents, calls))


@asynccontextmanager
async def _server() -> AsyncIterator[tuple[str, list[web.WebSocketResponse]]]:
    """The page, and a socket for one supervisor who watches."""
    sockets: list[web.WebSocketResponse] = []

    async def agent(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for frame in socket:
            match decode(frame.data):
                case WatchWallboard(on=True):
                    sockets.append(socket)
                    await socket.send_str(encode(_Board(1, 0).next()))
                case Hello():
                    welcome = Welcome(version=PROTOCOL_VERSION, agent="Sue", presence="away", role="supervisor")
                    await socket.send_str(encode(welcome))
        return socket

    application = web.Application()
    application.add_routes([*SoftphonePage().routes(), web.get("/agent", agent)])
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", sockets
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    typer.run(main)
