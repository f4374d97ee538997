"""Owns the process: the only place where concrete things are built and joined, and taken down in reverse order."""

import asyncio
import gc
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from operator import eq
from typing import NamedTuple
from zoneinfo import ZoneInfo

import aiohttp
import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry

from hold_audio.clip import COMFORT
from hold_audio.library import Library
from hold_audio.ringback import ZONES
from mediaserver.call_figures import CallFigures
from mediaserver.config import Config, Secrets
from mediaserver.correspondence import Correspondence, Outside, corresponding, numbers_of
from mediaserver.figures import Figures
from mediaserver.ledger import Ledger
from mediaserver.legs.srtp import srtp_functions
from mediaserver.media_port import Media
from mediaserver.metrics import ServerCollector
from mediaserver.packets.engine import Engine
from mediaserver.rest_interface import operations
from mediaserver.site_metrics import SiteCollector
from mediaserver.store_access import StoreAccess
from mediaserver.wait_player import WaitPlayer
from mediaserver.wait_sounds import Sounds, load_sounds
from mediaserver.waiting_room import reception_of, rules_of
from signaling import server
from signaling.agents.colleagues import colleagues
from signaling.agents.desk import Desk
from signaling.agents.endpoint import AgentEndpoint
from signaling.agents.line_test import LineTests
from signaling.agents.messages import IceServer
from signaling.agents.relays import Relays
from signaling.agents.sideline import Sideline
from signaling.agents.sideline_messages import Colleagues
from signaling.agents.tokens import Verifier
from signaling.api.endpoint import Api
from signaling.api.idempotency import Idempotency
from signaling.calls.call import Route
from signaling.calls.events import CallDialled, Event
from signaling.clock import Clock, SystemClock
from signaling.dialling.dials import Dials, Office
from signaling.dialling.permission import Permission
from signaling.pause import pause
from signaling.ports import Ports
from signaling.softphone.page import SoftphonePage
from signaling.store.inbox import Inbox
from signaling.store.records import Records
from signaling.supervisor import Supervisor
from signaling.trace import TraceFolder
from signaling.waiting.dispatcher import Dispatcher
from signaling.waiting.view import RoomView
from signaling.wallboard import view
from signaling.wallboard.feed import Feed
from signaling.wallboard.today import Today
from signaling.wallboard.view import WallboardNow
from signaling.whatsapp.endpoint import Webhook
from signaling.whatsapp.graph import Access, Graph

SITE = "local"
"""Name of the one waiting room of a store."""
GRACE_S = 10.0
"""How long a stopping server waits for Meta to confirm the end of living calls; below most supervisors' kill time."""

log = structlog.get_logger(__name__)


class Running(NamedTuple):
    """A server that serves."""

    address: str
    """Of the HTTP face."""
    hearts: tuple[asyncio.Task[None], ...]
    """Without these there is no serving: the waiting room, whose end is a bug that no single call can be blamed for,
    and the hold on a shared store, which another process may take."""


class _Switchboard:
    """Carries events to the supervisor and the line tests, which are built after the ports that post to them."""

    def __init__(self) -> None:
        self.supervisor: Supervisor | None = None
        self.line_tests: LineTests | None = None

    def post(self, call_id: str, event: Event) -> None:
        assert self.supervisor is not None, "nothing posts before the server is joined"
        assert self.line_tests is not None
        if self.line_tests.concerns(call_id):
            self.line_tests.post(call_id, event)
        else:
            self.supervisor.post(call_id, event)

    def dial(self, dialled: CallDialled, route: Route) -> bool:
        assert self.supervisor is not None, "nobody dials before the server is joined"
        return self.supervisor.dial(dialled, route)


@asynccontextmanager
async def running(config: Config, secrets: Secrets, *, clock: Clock | None = None) -> AsyncIterator[Running]:
    """A whole server. Leaving ends living calls at Meta and writes their records. Without a ``clock``, it is now."""
    async with AsyncExitStack() as stack:
        clock = clock or SystemClock()
        board, metrics = _Switchboard(), CollectorRegistry()

        access = StoreAccess(config.store, secrets.store_password)
        store, hold = await stack.enter_async_context(access.served(SITE, clock, pause=pause))
        today = Today(clock, zone=ZoneInfo(config.wallboard.zone), in_time_s=config.wallboard.in_time_s)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        reception = reception_of(config, clock)
        correspondence = await stack.enter_async_context(
            corresponding(config, Outside(store, http, _access(config, secrets), clock), reception.queue_of)
        )
        records = Records(
            store,
            pause=pause,
            listeners=(today.note, correspondence.call_log.note, CallFigures(metrics).note),
            keep_s=config.store.keep_s,
        )
        stack.push_async_callback(records.close)
        await today.start(records)

        library = await asyncio.to_thread(Library, [zone.zone for zone in ZONES])
        engine = _build_engine(config, library)
        stack.callback(engine.close)
        dispatcher = Dispatcher(store, site=SITE, post=board.post, clock=clock, rules=rules_of(config))
        waiting, ledger = RoomView(lambda: dispatcher.room, clock), Ledger(records, clock, time.monotonic)
        sounds = await asyncio.to_thread(_sounds, config, library)
        player = WaitPlayer(engine, sounds, waiting, asyncio.get_running_loop(), ledger)
        media = Media(engine, board.post, player, (Figures(metrics), ledger), advertised=config.media.advertised)
        media.open()
        stack.push_async_callback(media.stop)
        engine.start()

        graph = Graph(http, _access(config, secrets), board.post, clock=clock, pause=pause)
        stack.push_async_callback(graph.close)
        dials = Dials(
            Office(_numbers(config), route=reception.outbound),
            seats=dispatcher,
            permissions=Permission(correspondence.permissions),
            call_backs=records,
            start=board.dial,
            pause=pause,
        )
        stack.push_async_callback(dials.close)
        desk = Desk(
            post=board.post,
            room=dispatcher,
            dials=dials,
            queues=[queue.name for queue in config.queues],
            relays=_relays(config, secrets, clock),
        )
        heart = await dispatcher.start(desk.presence_changed)
        stack.push_async_callback(dispatcher.close)

        supervisor = Supervisor(
            Ports(media, media, graph, dispatcher, desk.notices, ledger, dials),
            records,
            clock,
            route=reception.route,
            traces=TraceFolder(config.trace.folder),
        )
        board.supervisor, board.line_tests = supervisor, LineTests(media, media, queue=config.queues[0].name)
        metrics.register(ServerCollector(supervisor, engine, reception, player))
        webhook = Webhook(
            Inbox(store),
            supervisor.deliver,
            correspondence.intake.hear,
            app_secret=secrets.app_secret.get_secret_value(),
            verify_token=secrets.verify_token.get_secret_value(),
            pause=pause,
        )
        stack.push_async_callback(webhook.close)
        await _recover(supervisor, webhook, correspondence, records)

        look = _look(supervisor, dispatcher, today, config, clock)
        metrics.register(SiteCollector(look, correspondence.permissions.refusals))
        wall, here = Feed(look, view.same, pause), Feed(_colleagues(dispatcher, config), eq, pause)
        stack.push_async_callback(wall.close)
        stack.push_async_callback(here.close)
        identify, origins = Verifier(secrets.agent_secret.get_secret_value(), clock), config.http.origins
        agents = AgentEndpoint(
            desk, Sideline(wall, here, board.line_tests, correspondence.watchers), identify, allowed_origins=origins
        )
        api = Api(
            operations(records, desk, look, correspondence, _numbers(config)),
            Idempotency(store, clock),
            identify=identify,
            origins=origins,
        )
        page = SoftphonePage(frame_ancestors=" ".join(origins) or "'none'")
        address = await _listen(stack, server.build(webhook, agents, api, page, metrics), config)
        stack.callback(agents.close)
        # Living calls end first, while everything they need, Meta's webhooks included, still works.
        stack.push_async_callback(supervisor.close, GRACE_S)
        yield Running(address, (heart,) if hold is None else (heart, hold))


def _relays(config: Config, secrets: Secrets, clock: Clock) -> Callable[[str], tuple[IceServer, ...]]:
    secret = secrets.turn_secret.get_secret_value() if secrets.turn_secret is not None else ""
    relays = Relays(config.turn.urls, secret, config.turn.credential_s)
    return lambda agent: relays.served(agent, clock())


async def serve_until_told(config: Config, secrets: Secrets, *, on_ready: Callable[[dict[str, str]], None]) -> None:
    """Serve until SIGTERM or SIGINT."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    async with running(config, secrets) as server_now:
        # What was built to stay is not looked at again: the collector's rounds get short and come in time, so that the
        # cycles of ended calls (asyncio, OpenSSL) do not pile up.
        gc.collect()
        gc.freeze()
        log.info("ready", http=server_now.address)
        on_ready({"http": server_now.address})
        leave = asyncio.create_task(told.wait())
        await asyncio.wait((leave, *server_now.hearts), return_when=asyncio.FIRST_COMPLETED)
        leave.cancel()
        log.info("stopping", told=told.is_set())
    for heart in server_now.hearts:
        if heart.done() and not heart.cancelled():
            # The process ends with an error, so that whoever watches it starts a new one.
            heart.result()


async def _recover(supervisor: Supervisor, webhook: Webhook, correspondence: Correspondence, records: Records) -> None:
    """Finish what a former process has begun: its calls first, since people wait in them."""
    await supervisor.recover()
    await webhook.recover()
    await correspondence.start(records)


def _numbers(config: Config) -> dict[str, str | None]:
    """The business numbers that take part in calls, by Meta's ids."""
    return {number.phone_number_id: number.number for number in numbers_of(config) if number.calls}


def _build_engine(config: Config, library: Library) -> Engine:
    return Engine(
        srtp_functions(),
        library[COMFORT].frames,
        host=config.media.host,
        port=config.media.port,
        ports=config.media.ports,
        stall_ms=config.media.stall_ms,
        lost_ms=config.media.lost_ms,
        inaudible_ms=config.media.inaudible_ms,
    )


def _sounds(config: Config, library: Library) -> Sounds:
    sounds = load_sounds(config.queues, config.audio, library)
    for problem in sounds.problems:
        log.warning("sound_not_as_configured", problem=problem)
    return sounds


def _look(
    supervisor: Supervisor, dispatcher: Dispatcher, today: Today, config: Config, clock: Clock
) -> Callable[[], WallboardNow]:
    """How the wallboard is read."""
    rules, queues = rules_of(config), [queue.name for queue in config.queues]

    def look() -> WallboardNow:
        living = (call for call in supervisor.calls() if not call.over)
        return view.look(dispatcher.room, living, today.day, rules=rules, queues=queues, now=clock())

    return look


def _colleagues(dispatcher: Dispatcher, config: Config) -> Callable[[], Colleagues]:
    """How an agent's colleagues are looked up."""
    rules, queues = rules_of(config), [queue.name for queue in config.queues]
    return lambda: colleagues(dispatcher.room, rules, queues)


def _access(config: Config, secrets: Secrets) -> Access:
    return Access(
        url=config.whatsapp.graph_url,
        version=config.whatsapp.graph_version,
        token=secrets.access_token.get_secret_value(),
        timeout_s=config.whatsapp.timeout_s,
    )


async def _listen(stack: AsyncExitStack, application: web.Application, config: Config) -> str:
    # Bodies stay as they came: webhooks are signed over those very bytes.
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0, auto_decompress=False)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, config.http.host, config.http.port).start()
    host, port = runner.addresses[0][:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
