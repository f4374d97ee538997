"""An operator reads and changes the settings at a simulated Meta, and sees what would change before it does."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import pytest_asyncio
from typer.testing import CliRunner, Result

from benchmarks.simulator.cloud import CloudConfig, SimulatedWhatsApp
from mediaserver.__main__ import main

SECRETS = {
    "RINGBRIDGE_APP_SECRET": "app-secret-of-a-test",
    "RINGBRIDGE_VERIFY_TOKEN": "verify-token-of-a-test",
    "RINGBRIDGE_ACCESS_TOKEN": "access-token-of-a-test",
    "RINGBRIDGE_AGENT_SECRET": "agent-secret-of-a-test-32-bytes-long",
}
NUMBER = "445566778899001"
CALLING = """
[whatsapp.calling]
icon = "DISABLE_ALL"
icon_countries = ["GB", "IE"]
callback = true
hours_of = "main"
[[queues]]
[queues.hours]
zone = "Europe/London"
monday = ["08:30-12:30"]
"""

Run: TypeAlias = Callable[..., Coroutine[Any, Any, Result]]


@pytest_asyncio.fixture
async def cloud() -> AsyncIterator[SimulatedWhatsApp]:
    cloud = SimulatedWhatsApp(
        CloudConfig(app_secret=SECRETS["RINGBRIDGE_APP_SECRET"], access_token=SECRETS["RINGBRIDGE_ACCESS_TOKEN"])
    )
    await cloud.start()
    yield cloud
    await cloud.close()


@pytest.fixture
def run(cloud: SimulatedWhatsApp, tmp_path: Path) -> Run:
    """``ringbridge whatsapp settings …`` with this configuration."""

    async def invoke(*words: str, text: str = "", number: str = NUMBER, answer: str = "", token: str = "") -> Result:
        path = tmp_path / "ringbridge.toml"
        known = f'phone_number_id = "{number}"\n' if number else ""
        path.write_text(f'[whatsapp]\ngraph_url = "{cloud.graph_url}"\n{known}{text}')
        environment = {**SECRETS, **({"RINGBRIDGE_ACCESS_TOKEN": token} if token else {})}
        arguments = ["whatsapp", "settings", *words, "--config", str(path)]
        # The command has a loop of its own, and Meta lives in this one.
        return await asyncio.to_thread(lambda: CliRunner().invoke(main, arguments, input=answer, env=environment))

    return invoke


async def test_show_prints_what_meta_has(run: Run, cloud: SimulatedWhatsApp) -> None:
    shown = await run("show")
    assert shown.exit_code == 0, shown.output
    assert json.loads(shown.stdout) == cloud.settings


async def test_apply_shows_the_difference_asks_and_changes(run: Run, cloud: SimulatedWhatsApp) -> None:
    before = dict(cloud.settings)
    refused = await run("apply", text=CALLING, answer="n\n")
    assert refused.exit_code == 1
    assert 'call_icon_visibility: "DEFAULT" -> "DISABLE_ALL"' in refused.stdout
    assert cloud.settings == before, "the operator said no"
    applied = await run("apply", text=CALLING, answer="y\n")
    assert applied.exit_code == 0, applied.output
    assert cloud.settings["call_icon_visibility"] == "DISABLE_ALL"
    assert cloud.settings["call_icons"] == {"restrict_to_user_countries": ["GB", "IE"]}
    assert cloud.settings["callback_permission_status"] == "ENABLED"
    assert cloud.settings["call_hours"]["timezone_id"] == "Europe/London"
    assert cloud.settings["sip"] == before["sip"], "what nobody wished for was changed"
    assert (await run("apply", "--yes", text=CALLING)).stdout == "Nothing would change.\n"


async def test_what_is_not_configured_is_left_alone(run: Run) -> None:
    assert (await run("apply", "--yes")).stdout == "Nothing would change.\n"


async def test_metas_refusal_is_told_without_the_token(run: Run) -> None:
    refused = await run("show", token="another-token-of-a-test")
    assert refused.exit_code == 2
    assert "190" in refused.stderr
    assert "another-token" not in refused.output
    assert "does not exist" in (await run("show", number="1")).stderr


async def test_hours_meta_has_no_words_for_are_told_before_anything_is_asked(run: Run) -> None:
    always = await run("apply", text='[whatsapp.calling]\nhours_of = "main"\n')
    assert always.exit_code == 2
    assert "is always open" in always.stderr


async def test_one_of_several_numbers_is_named_and_the_only_one_is_known(run: Run, cloud: SimulatedWhatsApp) -> None:
    first = f'[[numbers]]\nphone_number_id = "{NUMBER}"\nnumber = "442079460018"\n'
    second = '[[numbers]]\nphone_number_id = "2"\n'
    assert json.loads((await run("show", number="", text=first)).stdout) == cloud.settings
    assert "--number: 442079460018, 2" in (await run("show", number="", text=first + second)).stderr
    for words in (["--number", "+44 20 7946 0018"], ["--number", NUMBER]):
        shown = await run("show", *words, number="", text=first + second)
        assert json.loads(shown.stdout) == cloud.settings, shown.output
    assert "does not exist" in (await run("show", "--number", "2", number="", text=first + second)).stderr
    assert "there is no number" in (await run("show", number="")).stderr
