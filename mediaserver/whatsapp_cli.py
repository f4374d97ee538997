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
Which = Annotated[
    str | None, typer.Option("--number", help="Which of several numbers: its digits, or Meta's id of it (PNID).")
]


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


def number_of(config: Config, which: str | None) -> str:
    """Meta's id of the number that is meant: the one that is named, or the only one there is. Refuses otherwise."""
    digits = "".join(filter(str.isdigit, which or ""))
    only = config.whatsapp.phone_number_id
    ours = {number.phone_number_id: number.number for number in config.numbers} or ({only: None} if only else {})
    if not ours:
        _refuse("there is no number: give whatsapp.phone_number_id or [[numbers]] Meta's id of it (PNID)")
    found = [identity for identity, number in ours.items() if which is None or digits in (identity, number)]
    if len(found) != 1:
        _refuse(f"name one of the numbers with --number: {', '.join(number or pnid for pnid, number in ours.items())}")
    return found[0]


def show(config: Config, secrets: Secrets, *, number: str | None) -> None:
    """Print the settings at Meta as JSON."""
    settings = _run(config, secrets, number_of(config, number), None)
    print(msgspec.json.format(msgspec.json.encode(settings), indent=2).decode())


def apply(config: Config, secrets: Secrets, *, number: str | None, yes: bool) -> None:
    """Show what would change at Meta, ask, and change it."""
    try:
        wanted = wanted_settings(config, time.time())
    except NotForMeta as error:
        _refuse(str(error))
    phone_number_id = number_of(config, number)
    found = list(differences(_run(config, secrets, phone_number_id, None), wanted))
    if not found:
        print("Nothing would change.")
        return
    for difference in found:
        print(f"{difference.key}: {_text(difference.now)} -> {_text(difference.wanted)}")
    if not yes:
        typer.confirm("Apply this at Meta?", abort=True)
    changed = {difference.key.partition(".")[0] for difference in found}
    _run(config, secrets, phone_number_id, {name: wanted[name] for name in changed})
    print("Applied. Phones show it within seven days.")


def _run(config: Config, secrets: Secrets, phone_number_id: str, settings: Settings | None) -> Settings:
    """Read the settings, or change these."""
    try:
        return asyncio.run(_ask(config, secrets, phone_number_id, settings))
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
