"""Owns the command line ``ringbridge``. Thin: it reads, calls and prints; what it starts is built in ``app``."""

import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Annotated, NoReturn

import typer
import uvloop

from mediaserver import call_backs_cli, calls_cli, forget_cli, logs, permission_cli, whatsapp_cli
from mediaserver.config import Config, ConfigProblems, Secrets, load_config, load_secrets
from mediaserver.hours_config import hours_of
from mediaserver.hours_table import state, week_ahead
from mediaserver.store_access import StoreAccess
from policy.limits import PROFILES
from signaling.agents.tokens import Role, issue
from signaling.store.contract import StoreUnavailable
from signaling.store.lease import SiteTaken
from signaling.store.sqlite import NewerFile

main = typer.Typer(
    help="Ringbridge: WhatsApp Business calls in which callers never hear silence.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

ConfigPath = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="TOML file; without it the defaults hold.", envvar="RINGBRIDGE_CONFIG"),
]


@main.command()
def serve(
    config: ConfigPath = None,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "info",
) -> None:
    """Take calls until SIGTERM or Ctrl-C. Prints one JSON line with its addresses once it is ready."""
    # Loaded when it is asked for: no other command needs media, which takes half a second to load (measured).
    from mediaserver.app import serve_until_told  # noqa: PLC0415

    settings, secrets = _load(config)
    logs.configure(log_level)
    try:
        uvloop.run(serve_until_told(settings, secrets, on_ready=lambda ready: print(json.dumps(ready), flush=True)))
    except (NewerFile, SiteTaken, StoreUnavailable) as error:
        print(f"Ringbridge cannot serve: {error}", file=sys.stderr)
        raise typer.Exit(1) from error


@main.command("check-config")
def check_config(config: ConfigPath = None) -> None:
    """Say everything that is wrong with the configuration and the environment, or that all is well."""
    _load(config)
    print("The configuration is fine.")


@main.command("agent-token")
def agent_token(
    name: Annotated[str, typer.Argument(help="The agent's name, as shown to supervisors.")],
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 365, help="How long the token is good for.")] = 12.0,
    role: Annotated[
        Role, typer.Option(help="A supervisor sees the whole site, too; an integration uses the REST interface only.")
    ] = Role.AGENT,
) -> None:
    """Print a token with which this agent can sign in to the softphone, or a program to the REST interface."""
    secrets = _load_secrets()
    key = secrets.agent_secret.get_secret_value()
    token = issue(name, secret=key, now=time.time(), ttl=hours * 3600, role=role)
    print(token)


@main.command()
def hours(
    queue: Annotated[str, typer.Argument(help="Name of the queue.")],
    config: ConfigPath = None,
) -> None:
    """Print when a queue is open on the next seven days."""
    try:
        queues = load_config(config).queues
    except ConfigProblems as error:
        _refuse(list(error.problems))
    found = next((known for known in queues if known.name == queue), None)
    if found is None:
        _refuse([f"there is no queue {queue!r}; the queues are {', '.join(known.name for known in queues)}"])
    if found.hours is None:
        print(f"{queue}: always open")
        return
    open_hours, now = hours_of(found.hours), time.time()
    print(f"{queue} ({open_hours.zone}): {state(open_hours, now)}")
    for line in week_ahead(open_hours, now):
        print(line)


@main.command()
def calls(
    config: ConfigPath = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest last.")] = 20,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with each call that ends, until Ctrl-C.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON lines.")] = False,
    details: Annotated[bool, typer.Option("--details", "-d", help="Times, queues, agents and what was heard.")] = False,
) -> None:
    """Print the latest calls: who called, who answered, how long, how it sounded, and why it ended."""
    access = _store_access(config)
    show = calls_cli.as_json if as_json else calls_cli.as_story if details else calls_cli.as_text
    try:
        for record in calls_cli.followed(access, limit) if follow else calls_cli.latest(access, limit):
            print(show(record), flush=True)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


@main.command("call-backs")
def call_backs(
    config: ConfigPath = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON lines.")] = False,
) -> None:
    """Print who could not be served and is to be called back."""
    requests = call_backs_cli.newest(_store_access(config), limit)
    for line in call_backs_cli.as_json(requests) if as_json else call_backs_cli.as_text(requests):
        print(line)


@main.command()
def forget(
    user: Annotated[str, typer.Argument(metavar="USER", help="A phone number, or a user id (GB.1203…).")],
    config: ConfigPath = None,
    yes: Annotated[bool, typer.Option("--yes", help="Forget without asking.")] = False,
) -> None:
    """Erase a customer: contact, conversations, calls, requests to be called back. It cannot be undone."""
    access = _store_access(config)
    if not yes:
        typer.confirm("Erase all that is kept of this customer?", abort=True)
    print(forget_cli.as_text(forget_cli.forget(access, user)))


_permission = typer.Typer(help="May we call? Verdicts of the permission policy.", no_args_is_help=True)
main.add_typer(_permission, name="permission")


@_permission.callback()
def permission() -> None:
    """Keep ``explain`` a command of its own, for others may follow."""


@_permission.command("explain")
def explain_permission(
    business: Annotated[str, typer.Argument(metavar="FROM", help="The business number, or Meta's id of it (PNID).")],
    user: Annotated[str, typer.Argument(metavar="TO", help="The user: a phone number, or a user id (GB.1203…).")],
    config: ConfigPath = None,
    profile: Annotated[
        str | None, typer.Option(help=f"Other limits than the configured ones: {', '.join(PROFILES)}.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Print whether a user may be called and asked, why, and what that rests on. Meta is not asked."""
    access = _store_access(config)
    configured = load_config(config)
    name = configured.policy.profile if profile is None else profile
    if name not in PROFILES:
        _refuse([f"there is no profile {name!r}; the profiles are {', '.join(PROFILES)}"])
    whose = permission_cli.pair(business, user, configured.numbers)
    explanation = permission_cli.picture(access, whose, PROFILES[name])
    for line in [permission_cli.as_json(explanation)] if as_json else permission_cli.as_text(explanation):
        print(line)


_whatsapp = typer.Typer(help="Ask Meta about the business number.", no_args_is_help=True)
_settings = typer.Typer(help="The call settings of the number: icon, call hours, call-back.", no_args_is_help=True)
_whatsapp.add_typer(_settings, name="settings")
main.add_typer(_whatsapp, name="whatsapp")


@_settings.command("show")
def show_settings(config: ConfigPath = None, number: whatsapp_cli.Which = None) -> None:
    """Print the settings as they are at Meta."""
    whatsapp_cli.show(*_load(config), number=number)


@_settings.command("apply")
def apply_settings(config: ConfigPath = None, number: whatsapp_cli.Which = None, yes: whatsapp_cli.Yes = False) -> None:
    """Show how they differ from the configuration, ask, and apply that."""
    whatsapp_cli.apply(*_load(config), number=number, yes=yes)


@main.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False},
    add_help_option=False,
)
def audio(context: typer.Context) -> None:
    """Add sounds, listen to them, check them, and look at what a waiting caller hears."""
    # Loaded when it is asked for: signal processing takes a second and 66 MB (measured) that no server needs.
    commands = importlib.import_module("mediaserver.audio_cli")
    commands.audio(context.args, prog_name="ringbridge audio")


def _store_access(path: Path | None) -> StoreAccess:
    """Only Redis asks for a password; whoever reads a file needs no secrets."""
    try:
        section = load_config(path).store
        return StoreAccess(section, load_secrets(os.environ).store_password if section.url is not None else None)
    except ConfigProblems as error:
        _refuse(list(error.problems))


def _load(path: Path | None) -> tuple[Config, Secrets]:
    problems: list[str] = []
    config: Config | None = None
    secrets: Secrets | None = None
    try:
        config = load_config(path)
    except ConfigProblems as error:
        problems += error.problems
    try:
        secrets = load_secrets(os.environ)
    except ConfigProblems as error:
        problems += error.problems
    if config is not None and secrets is not None and config.turn.urls and secrets.turn_secret is None:
        problems.append("RINGBRIDGE_TURN_SECRET: is not set in the environment; turn.urls need it")
    if config is None or secrets is None or problems:
        _refuse(problems)
    return config, secrets


def _load_secrets() -> Secrets:
    try:
        return load_secrets(os.environ)
    except ConfigProblems as error:
        _refuse(list(error.problems))


def _refuse(problems: list[str]) -> NoReturn:
    for problem in problems:
        print(problem, file=sys.stderr)
    raise typer.Exit(2)


if __name__ == "__main__":
    main()
