"""The softphone's files as a browser gets them."""

import re
from collections.abc import AsyncIterator
from importlib import resources
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from signaling.softphone.page import SoftphonePage

FOLDER = Path(str(resources.files("signaling.softphone")))
FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.*") if "__pycache__" not in path.parts)
MODULES = [name for name in FILES if name.endswith(".js")]


@pytest_asyncio.fixture
async def client() -> AsyncIterator[TestClient[web.Request, web.Application]]:
    app = web.Application()
    app.add_routes(SoftphonePage().routes())
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_the_page_is_served_at_the_root(client: TestClient[web.Request, web.Application]) -> None:
    response = await client.get("/")
    assert response.status == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<ringbridge-softphone>" in await response.text()


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("main.js", "text/javascript; charset=utf-8"),
        ("softphone.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml; charset=utf-8"),
    ],
)
async def test_a_file_has_the_type_a_strict_browser_insists_on(
    client: TestClient[web.Request, web.Application], name: str, content_type: str
) -> None:
    response = await client.get(f"/softphone/{name}")
    assert (response.status, response.headers["Content-Type"]) == (200, content_type)


@pytest.mark.parametrize("path", ["/", "/softphone/main.js", "/softphone/nothing.js"])
async def test_every_answer_carries_the_security_headers(
    client: TestClient[web.Request, web.Application], path: str
) -> None:
    headers = (await client.get(path)).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'self'", "scripts and styles of other sites would load"
    assert policy["connect-src"] == "'self' ws: wss:", "the page must reach its WebSocket and nothing else"
    assert policy["frame-ancestors"] == "'none'", "another site could put the page into a frame"
    assert "unsafe" not in headers["Content-Security-Policy"], "inline code would run"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Permissions-Policy"].startswith("microphone=(self)")


async def test_sites_that_may_embed_the_page_are_named_in_its_policy() -> None:
    app = web.Application()
    app.add_routes(SoftphonePage(frame_ancestors="https://crm.example").routes())
    async with TestClient(TestServer(app)) as client:
        policy = (await client.get("/")).headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors https://crm.example")


async def test_modules_may_be_loaded_by_the_sites_that_embed_an_element(
    client: TestClient[web.Request, web.Application],
) -> None:
    headers = (await client.get("/softphone/softphone.js")).headers
    assert headers["Access-Control-Allow-Origin"] == "*", "a CRM could not load the element at all"


@pytest.mark.parametrize(
    "path",
    [
        "/softphone/nothing.js",
        "/softphone/page.py",
        "/softphone/__init__.py",
        "/softphone/",
        "/softphone/../page.py",
        "/softphone/..%2fpage.py",
        "/softphone/%2e%2e%2f%2e%2e%2fclock.py",
        "/softphone/..%5cpage.py",
        "/softphone/%2fetc%2fpasswd",
        "/softphone/main.js%00.html",
    ],
)
async def test_nothing_but_the_pages_own_files_can_be_reached(
    client: TestClient[web.Request, web.Application], path: str
) -> None:
    url = URL(f"{client.make_url('/')}".rstrip("/") + path, encoded=True)
    async with ClientSession() as session, session.get(url) as response:
        assert response.status == 404, "a file outside the softphone was served"


async def test_an_unchanged_file_is_not_sent_again(client: TestClient[web.Request, web.Application]) -> None:
    first = await client.get("/softphone/softphone.js")
    again = await client.get("/softphone/softphone.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, await again.read()) == (304, b"")
    assert again.headers["Cache-Control"] == "no-cache", "after an update old and new modules would mix"


@pytest.mark.parametrize("module", MODULES)
async def test_every_import_of_a_module_is_served(
    client: TestClient[web.Request, web.Application], module: str
) -> None:
    source = await (await client.get(f"/softphone/{module}")).text()
    for name in re.findall(r'(?:from |import\()"(\.{1,2}/[^"]+)"', source):
        response = await client.get(str(URL(f"/softphone/{module}").join(URL(name))))
        assert response.status == 200, f"{module} imports a missing {name}"


async def test_what_an_agent_loads_stays_small(client: TestClient[web.Request, web.Application]) -> None:
    """Phone and conversations; not what is loaded when somebody asks for it, as a browser test holds true."""
    late = ("wallboard/", "callbacks/", "conversation/newcall.js", "conversation/recipient.js")
    names = [name for name in FILES if name.endswith((".js", ".css", ".svg")) and not name.startswith(late)]
    sizes = [int((await client.get(f"/softphone/{name}")).headers["Content-Length"]) for name in names]
    headers = 300 * len(sizes)  # What Chromium counts for those of an answer.
    assert sum(sizes) + headers < 100_000, "an agent's page should travel in under 100 KB"
    plain = await client.get("/softphone/softphone.js", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers, "a client that cannot unzip would read noise"
    assert 'customElements.define("ringbridge-softphone"' in await plain.text()


def test_no_file_names_another_host_or_inlines_code() -> None:
    for name in FILES:
        if not name.endswith((".js", ".html", ".css")):
            continue
        file = FOLDER / name
        text = file.read_text("utf-8")
        addresses = set(re.findall(r"https?://\w[\w.]*", text)) - {"http://www.w3.org"}
        assert not addresses, f"{file.name} reaches for another host"
        assert not re.search(r"\son\w+=\"|\sstyle=\"|<script>", text), f"{file.name} has inline code or style"


@pytest.mark.parametrize("name", MODULES)
async def test_a_module_travels_without_its_comments_and_keeps_its_lines(
    client: TestClient[web.Request, web.Application], name: str
) -> None:
    served = await (await client.get(f"/softphone/{name}")).text()
    written = (FOLDER / name).read_text("utf-8").split("\n")
    assert not re.search(r"^ *(/\*|//)", served, re.MULTILINE)
    for line, (kept, source) in enumerate(zip(served.split("\n"), written, strict=True), 1):
        assert kept == source or (not kept and re.match(r" *(/?\*|//|[^`]*$)", source)), f"line {line} was changed"
