"""Owns the configuration: one TOML file and the environment for secrets, validated as a whole, frozen afterwards.

Each part of the server gets its own slice and never the whole.
"""

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HttpSection(_Section):
    """Where the server listens for webhooks, agents and operators."""

    host: str = Field(default="127.0.0.1", description="Address the HTTP server binds.")
    port: int = Field(
        default=8080, ge=0, le=65535, description="Port the HTTP server binds; 0 picks a free one."
    )


class MediaSection(_Section):
    """The one UDP port of all media."""

    host: str = Field(default="127.0.0.1", description="Address the media port binds.")
    port: int = Field(default=0, ge=0, le=65535, description="UDP port of all media; 0 picks a free one.")
    advertised: tuple[str, ...] = Field(
        default=(),
        description="Addresses written into SDP instead of the bound one, e.g. the public one behind NAT.",
    )
    stall_ms: int = Field(
        default=200,
        ge=40,
        le=2000,
        description="Silence of a source after which comfort frames fill in, in ms.",
    )


class WhatsAppSection(_Section):
    """Meta's side."""

    graph_url: str = Field(default="https://graph.facebook.com", description="Base address of the Graph API.")
    graph_version: str = Field(
        default="v26.0", pattern=r"^v\d+\.\d+$", description="Version of the Graph API."
    )
    timeout_s: float = Field(
        default=5.0, gt=0, le=20, description="Longest wait for one answer of Meta, in seconds."
    )


class QueueSection(_Section):
    """The queue that every call enters."""

    name: str = Field(default="main", min_length=1, description="Name of the queue, shown to agents.")
    country: str = Field(default="eu", description="Whose ringback tone callers hear, e.g. eu, us, gb, jp.")
    ringback_cycles: int = Field(
        default=2, ge=0, le=100, description="Ringback cadences before music begins; 0 begins with music."
    )
    music: bool = Field(
        default=True, description="Music after the ringback; without it the ringback goes on."
    )
    ring_s: float = Field(default=20.0, gt=0, le=120, description="How long one agent is rung, in seconds.")
    refusal_pause_s: float = Field(
        default=10.0,
        ge=0,
        description="How long an agent who refused or did not answer is left alone, in seconds.",
    )
    max_wait_s: float = Field(default=1800.0, gt=0, description="Longest wait of a caller, in seconds.")


class StoreSection(_Section):
    """Where records live."""

    path: str = Field(default="ringbridge.sqlite3", description="SQLite file; ':memory:' keeps nothing.")


class Secrets(_Section):
    """From the environment only, never from the file."""

    app_secret: SecretStr = Field(description="RINGBRIDGE_APP_SECRET: Meta app secret, signs webhooks.")
    verify_token: SecretStr = Field(description="RINGBRIDGE_VERIFY_TOKEN: webhook verification token.")
    access_token: SecretStr = Field(description="RINGBRIDGE_ACCESS_TOKEN: Graph API access token.")
    agent_secret: SecretStr = Field(
        description="RINGBRIDGE_AGENT_SECRET: signs the tokens of agents, 32 bytes or more."
    )


class Config(_Section):
    """The whole file."""

    http: HttpSection = HttpSection()
    media: MediaSection = MediaSection()
    whatsapp: WhatsAppSection = WhatsAppSection()
    queue: QueueSection = QueueSection()
    store: StoreSection = StoreSection()
