"""Owns the configuration: one TOML file and the environment for secrets, validated as a whole, frozen afterwards.

Each part of the server gets its own slice and never the whole.
"""

import difflib
import ipaddress
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

ENVIRONMENT_PREFIX = "RINGBRIDGE_"
"""What the names of the environment's secrets begin with."""


def _address(value: str) -> str:
    """Refuse names: a media address that needs looking up would be looked up once and then be wrong."""
    return str(ipaddress.ip_address(value))


Address = Annotated[str, AfterValidator(_address)]
"""An IPv4 or IPv6 address as text."""


class ConfigProblems(Exception):
    """Everything that is wrong with a configuration, one sentence each: which key, what, and what would be right."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class HttpSection(_Section):
    """Where the server listens for webhooks, agents and operators."""

    host: str = Field(default="127.0.0.1", description="Address the HTTP server binds.")
    port: int = Field(default=8080, ge=0, le=65535, description="Port the HTTP server binds; 0 picks a free one.")


class MediaSection(_Section):
    """The UDP ports of all media."""

    host: Address = Field(default="127.0.0.1", description="Address the media ports bind.")
    port: int = Field(default=0, ge=0, le=65535, description="First UDP port of all media; 0 picks free ones.")
    ports: int = Field(
        default=16,
        ge=1,
        le=256,
        description="UDP ports from there on, for the firewall to let in; calls by one relay of Meta's need one each.",
    )
    advertised: tuple[Address, ...] = Field(
        default=(),
        description="Addresses written into SDP instead of the bound one, e.g. the public one behind NAT.",
    )
    stall_ms: int = Field(
        default=200,
        ge=40,
        le=2000,
        description="Silence of a source after which comfort frames fill in, in ms.",
    )

    @field_validator("ports")
    @classmethod
    def _exist(cls, value: int, info: ValidationInfo) -> int:
        if info.data.get("port", 0) + value > 65536:
            raise ValueError("the last port would lie above 65535")
        return value


class WhatsAppSection(_Section):
    """Meta's side."""

    graph_url: str = Field(default="https://graph.facebook.com", description="Base address of the Graph API.")
    graph_version: str = Field(default="v26.0", pattern=r"^v\d+\.\d+$", description="Version of the Graph API.")
    timeout_s: float = Field(default=5.0, gt=0, le=20, description="Longest wait for one answer of Meta, in seconds.")


class QueueSection(_Section):
    """The queue that every call enters."""

    name: str = Field(default="main", min_length=1, description="Name of the queue, shown to agents.")
    country: str = Field(default="eu", description="Whose ringback tone callers hear, e.g. eu, us, gb, jp.")
    ringback_cycles: int = Field(
        default=2, ge=0, le=100, description="Ringback cadences before music begins; 0 begins with music."
    )
    music: bool = Field(default=True, description="Music after the ringback; without it the ringback goes on.")
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


class TraceSection(_Section):
    """Traces of ended calls, for developers; nothing personal is in them."""

    folder: Path | None = Field(
        default=None, description="Folder for call traces (JSON lines); none are kept without it."
    )


class Config(_Section):
    """The whole file."""

    http: HttpSection = HttpSection()
    media: MediaSection = MediaSection()
    whatsapp: WhatsAppSection = WhatsAppSection()
    queue: QueueSection = QueueSection()
    store: StoreSection = StoreSection()
    trace: TraceSection = TraceSection()


class Secrets(_Section):
    """From the environment only, never from the file."""

    app_secret: SecretStr = Field(min_length=8, description="Meta's app secret, which signs webhooks.")
    verify_token: SecretStr = Field(min_length=8, description="The verification token entered at Meta.")
    access_token: SecretStr = Field(min_length=8, description="The access token for the Graph API.")
    agent_secret: SecretStr = Field(min_length=32, description="Signs the sign-in tokens of agents.")


def load_config(path: Path | None) -> Config:
    """Read the file, or the defaults without one. Raises ConfigProblems with every problem at once."""
    if path is None:
        return Config()
    try:
        table = tomllib.loads(path.read_text())
    except OSError as error:
        raise ConfigProblems((f"{path}: cannot be read ({error.strerror}); give the path of a TOML file",)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigProblems((f"{path}: is not TOML ({error}); mend that line first",)) from error
    try:
        return Config.model_validate(table)
    except ValidationError as error:
        raise ConfigProblems(tuple(_explain(problem, Config) for problem in error.errors())) from error


def load_secrets(environ: Mapping[str, str]) -> Secrets:
    """Read the secrets from the environment. Raises ConfigProblems with every missing or short one at once."""
    given = {name: environ[_variable(name)] for name in Secrets.model_fields if _variable(name) in environ}
    try:
        return Secrets.model_validate(given)
    except ValidationError as error:
        raise ConfigProblems(tuple(_explain_secret(problem) for problem in error.errors())) from error


def _variable(name: str) -> str:
    return ENVIRONMENT_PREFIX + name.upper()


def _explain(problem: ErrorDetails, model: type[BaseModel]) -> str:
    path = [str(part) for part in problem["loc"]]
    key = ".".join(path)
    known = _fields_beside(model, path)
    if problem["type"] == "extra_forbidden":
        near = difflib.get_close_matches(path[-1], known, n=1)
        fix = f"did you mean {near[0]}?" if near else f"the keys here are {', '.join(sorted(known))}"
        return f"{key}: is not a key of the configuration; {fix}"
    field = known.get(path[-1]) or _fields_beside(model, path[:-1]).get(path[-2])
    meaning = f" ({field.description})" if field is not None and field.description else ""
    wrong = problem["msg"].removeprefix("Value error, ")
    return f"{key}: {wrong[0].lower()}{wrong[1:]}; it is {problem['input']!r} now{meaning}"


def _explain_secret(problem: ErrorDetails) -> str:
    name = str(problem["loc"][0])
    meaning = Secrets.model_fields[name].description
    what = "is not set" if problem["type"] == "missing" else "is too short"
    return f"{_variable(name)}: {what} in the environment; set it to: {meaning}"


def _fields_beside(model: type[BaseModel], path: list[str]) -> dict[str, FieldInfo]:
    for part in path[:-1]:
        inner = model.model_fields.get(part)
        if inner is None or not isinstance(inner.annotation, type) or not issubclass(inner.annotation, BaseModel):
            return {}
        model = inner.annotation
    return model.model_fields
