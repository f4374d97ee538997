"""Owns ``ringbridge whatsapp``: what an operator asks of Meta about the business number itself."""

import asyncio
import sys
import time
from typing import Annotated, NoReturn

import aiohttp
import msgspec
import typer

from mediaserver.config import Config, Secrets
from mediaserver.hours_config import hours_of
from signaling.whatsapp.graph import Access
from signaling.whatsapp.number import NotDone, Number
from signaling.whatsapp.settings import NotForMeta, Settings, call_hours, differences

Yes = Annotated[bool, typer.Option("--yes", help="Apply without asking.")]


def wanted_settings(config: Config, now: float) -> Settings:
    """What the configuration wants at Meta. Raises NotForMeta."""
    calling = config.whatsapp.calling
    wanted: dict[str, object] = {}
    if calling.icon is not None:
        wanted["call_icon_visibility"] = calling.icon
    if calling.icon_countries is not None:
        wanted["call_icons"] = {"restrict_to_user_countries": list(calling.icon_countries)}
    if calling.callback is not None:
        wanted["callback_permission_status"] = "ENABLED" if calling.callback else "DISABLED"
    queue = next((queue for queue in config.queues if queue.name == calling.hours_of), None)
    if queue is not None:
        if queue.hours is None:
            raise NotForMeta(f"the queue {queue.name!r} has no hours; it is always open")
        wanted["call_hours"] = call_hours(hours_of(queue.hours), now)
    return wanted


def show(config: Config, secrets: Secrets) -> None:
    """Print the settings at Meta as JSON."""
    settings = _run(config, secrets, None)
    print(msgspec.json.format(msgspec.json.encode(settings), indent=2).decode())


def apply(config: Config, secrets: Secrets, *, yes: bool) -> None:
    """Show what would change at Meta, ask, and change it."""
    try:
        wanted = wanted_settings(config, time.time())
    except NotForMeta as error:
        _refuse(str(error))
    found = list(differences(_run(config, secrets, None), wanted))
    if not found:
        print("Nothing would change.")
        return
    for difference in found:
        print(f"{difference.key}: {_text(difference.now)} -> {_text(difference.wanted)}")
    if not yes:
        typer.confirm("Apply this at Meta?", abort=True)
    changed = {difference.key.partition(".")[0] for difference in found}
    _run(config, secrets, {name: wanted[name] for name in changed})
    print("Applied. Phones show it within seven days.")


def _run(config: Config, secrets: Secrets, settings: Settings | None) -> Settings:
    """Read the settings, or change these."""
    if config.whatsapp.phone_number_id is None:
        _refuse("whatsapp.phone_number_id: is not set; it is the number's id in Meta's app dashboard")
    try:
        return asyncio.run(_ask(config, secrets, config.whatsapp.phone_number_id, settings))
    except NotDone as error:
        _refuse(str(error))


async def _ask(config: Config, secrets: Secrets, phone_number_id: str, settings: Settings | None) -> Settings:
    access = Access(
        url=config.whatsapp.graph_url,
        version=config.whatsapp.graph_version,
        token=secrets.access_token.get_secret_value(),
        timeout_s=config.whatsapp.timeout_s,
    )
    async with aiohttp.ClientSession() as session:
        number = Number(session, access, phone_number_id)
        if settings is None:
            return await number.settings()
        await number.apply(settings)
        return settings


def _text(value: object) -> str:
    return "nothing" if value is None else msgspec.json.encode(value).decode()


def _refuse(problem: str) -> NoReturn:
    print(problem, file=sys.stderr)
    raise typer.Exit(2)
