"""Owns the HTTP face: which path leads to whom. It knows paths and health, nothing of calls."""

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.aiohttp import make_aiohttp_handler

from signaling.agents.endpoint import AgentEndpoint
from signaling.api.endpoint import Api
from signaling.softphone.page import SoftphonePage
from signaling.whatsapp.endpoint import Webhook

MAX_BODY_BYTES = 4 * 1024 * 1024
"""Above the 3 MB that a batch of webhooks may have (whatsapp-calling 1.3); the webhook has its own, exact bound."""


def build(
    webhook: Webhook, agents: AgentEndpoint, api: Api, page: SoftphonePage, metrics: CollectorRegistry
) -> web.Application:
    """The application: Meta's webhook, the agents' socket, the REST interface, the softphone page, health, metrics."""
    application = web.Application(client_max_size=MAX_BODY_BYTES)
    application.add_routes(webhook.routes())
    application.add_routes(api.routes())
    application.add_routes(page.routes())
    application.add_routes(
        [
            web.get("/agent", agents.handle),
            web.get("/healthz", _healthy),
            web.get("/metrics", make_aiohttp_handler(metrics)),
        ]
    )
    return application


async def _healthy(_: web.Request) -> web.Response:
    """The loop turns and answers; what the calls are doing is the metrics' matter."""
    return web.json_response({"status": "ok"})
