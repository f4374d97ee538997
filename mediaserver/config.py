"""Owns the configuration: one TOML file and the environment for secrets, validated as a whole, frozen afterwards.

Each part of the server gets its own slice and never the whole.
"""

import difflib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from mediaserver.numbers_config import NumberSection
from mediaserver.section import Address, Country, Section, Zone
from mediaserver.store_config import StoreSection
from mediaserver.turn_config import TurnSection
from mediaserver.wait_config import AudioSection
from mediaserver.waiting_config import AgentSection, Queues, QueueSection, RouteSection, broken_references

ENVIRONMENT_PREFIX = "RINGBRIDGE_"
"""What the names of the environment's secrets begin with."""


class ConfigProblems(Exception):
    """Everything that is wrong with a configuration, one sentence each: which key, what, and what would be right."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


Origin = Annotated[str, Field(pattern=r"^https?://[^/\\s]+$", examples=["https://crm.example"])]
"""A site as browsers name it: scheme, host and, if it is not the usual one, port (RFC 6454)."""


class HttpSection(Section):
    """Where the server listens for webhooks, agents and operators."""

    host: str = Field(default="127.0.0.1", description="Address the HTTP server binds.")
    port: int = Field(default=8080, ge=0, le=65535, description="Port the HTTP server binds; 0 picks a free one.")
    origins: tuple[Origin, ...] = Field(
        default=(),
        description="Other sites, e.g. a CRM, whose pages may embed the softphone and use the REST interface.",
    )


class MediaSection(Section):
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
    lost_ms: int = Field(
        default=2000,
        ge=500,
        le=30000,
        description="Silence of an agent's leg after which the caller hears hold audio, in ms.",
    )
    inaudible_ms: int = Field(
        default=8000,
        ge=2000,
        le=60000,
        description="How long nothing is found that could be heard of a leg that sends, in ms. Nobody looks for a "
        "while after a loud moment, so it is told one and a half to two times as long after the last one.",
    )

    @field_validator("ports")
    @classmethod
    def _exist(cls, value: int, info: ValidationInfo) -> int:
        if info.data.get("port", 0) + value > 65536:
            raise ValueError("the last port would lie above 65535")
        return value

    @field_validator("lost_ms")
    @classmethod
    def _follow_a_stall(cls, value: int, info: ValidationInfo) -> int:
        if value < info.data.get("stall_ms", 0):
            raise ValueError("it must not be less than stall_ms")
        return value


class CallingSection(Section):
    """What `ringbridge whatsapp settings apply` sets at Meta; a key that is left out is left alone there."""

    icon: Literal["DEFAULT", "DISABLE_ALL"] | None = Field(
        default=None, description="Whether chats show the call icon: DEFAULT or DISABLE_ALL."
    )
    icon_countries: tuple[Country, ...] | None = Field(
        default=None, description="Countries whose users see the call icon; an empty list is all of them."
    )
    callback: bool | None = Field(default=None, description="Whether a call from a user allows one to call back.")
    hours_of: str | None = Field(
        default=None, description="The queue whose business hours are the number's call hours."
    )


class WhatsAppSection(Section):
    """Meta's side."""

    graph_url: str = Field(default="https://graph.facebook.com", description="Base address of the Graph API.")
    graph_version: str = Field(default="v26.0", pattern=r"^v\d+\.\d+$", description="Version of the Graph API.")
    timeout_s: float = Field(default=5.0, gt=0, le=20, description="Longest wait for one answer of Meta, in seconds.")
    phone_number_id: str | None = Field(default=None, description="Meta's id of the business number (PNID).")
    business_account_id: str | None = Field(
        default=None, description="Meta's id of the WhatsApp Business Account, whose message templates may be sent."
    )
    calling: CallingSection = CallingSection()


class WallboardSection(Section):
    """How a day is counted for supervisors."""

    zone: Zone = Field(default="UTC", description="IANA time zone in which a day begins, e.g. Europe/London.")
    in_time_s: float = Field(
        default=20.0,
        gt=0,
        description="Longest wait that counts as answered in time for the service level, in seconds.",
    )


class DiallingSection(Section):
    """Calls that agents place."""

    ring_s: float = Field(
        default=45.0, ge=1, le=120, description="How long a customer's phone rings at most, in seconds."
    )


class PolicySection(Section):
    """Whom we may call, and how often."""

    profile: Literal["default", "meta_present", "sandbox"] = Field(
        default="default",
        description="Limits of calls and permission requests: default is the strictest, meta_present are Meta's own of "
        "today, sandbox those of test numbers.",
    )


class TraceSection(Section):
    """Traces of ended calls, for developers; nothing personal is in them."""

    folder: Path | None = Field(
        default=None, description="Folder for call traces (JSON lines); none are kept without it."
    )


class Config(Section):
    """The whole file."""

    http: HttpSection = HttpSection()
    media: MediaSection = MediaSection()
    whatsapp: WhatsAppSection = WhatsAppSection()
    numbers: tuple[NumberSection, ...] = ()
    queues: Queues = (QueueSection(),)
    routes: tuple[RouteSection, ...] = ()
    agents: tuple[AgentSection, ...] = ()
    dialling: DiallingSection = DiallingSection()
    store: StoreSection = StoreSection()
    audio: AudioSection = AudioSection()
    policy: PolicySection = PolicySection()
    wallboard: WallboardSection = WallboardSection()
    turn: TurnSection = TurnSection()
    trace: TraceSection = TraceSection()


class Secrets(Section):
    """From the environment only, never from the file."""

    app_secret: SecretStr = Field(min_length=8, description="Meta's app secret, which signs webhooks.")
    verify_token: SecretStr = Field(min_length=8, description="The verification token entered at Meta.")
    access_token: SecretStr = Field(min_length=8, description="The access token for the Graph API.")
    agent_secret: SecretStr = Field(min_length=32, description="Signs the sign-in tokens of agents.")
    turn_secret: SecretStr | None = Field(
        default=None, min_length=8, description="What turn.urls share with this server (static-auth-secret of coturn)."
    )
    store_password: SecretStr | None = Field(default=None, description="The password of Redis, if store.url needs one.")


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
    problems = list(broken_references(table))
    try:
        config = Config.model_validate(table)
    except ValidationError as error:
        problems += [_explain(problem, Config) for problem in error.errors()]
        raise ConfigProblems(tuple(problems)) from error
    if problems:
        raise ConfigProblems(tuple(problems))
    return config


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
    if problem["type"] == "missing":
        return f"{key}: is missing; give {known[path[-1]].description}"
    field = known.get(path[-1]) or _fields_beside(model, path[:-1]).get(path[-2])
    meaning = f" ({field.description})" if field is not None and field.description else ""
    wrong = problem["msg"].removeprefix("Value error, ")
    return f"{key}: {wrong[0].lower()}{wrong[1:]}; it is {_without_password(repr(problem['input']))} now{meaning}"


def _without_password(shown: str) -> str:
    """Addresses lose whatever may open them: a password that must not stand in the file is not printed either."""
    return re.sub(r"(?<=://).*(?=@)|(?<=password=)[^&'\"]+", "***", shown)


def _explain_secret(problem: ErrorDetails) -> str:
    name = str(problem["loc"][0])
    meaning = Secrets.model_fields[name].description
    what = "is not set" if problem["type"] == "missing" else "is too short"
    return f"{_variable(name)}: {what} in the environment; set it to: {meaning}"


def _fields_beside(model: type[BaseModel], path: list[str]) -> dict[str, FieldInfo]:
    for part in path[:-1]:
        if part.isdecimal():
            # A place in an array of tables; the table itself was entered with the array's name.
            continue
        inner = model.model_fields.get(part)
        table = _table_of(inner) if inner is not None else None
        if table is None:
            return {}
        model = table
    return model.model_fields


def _table_of(field: FieldInfo) -> type[BaseModel] | None:
    """The model of a table, or of each table of an array."""
    kinds = (field.annotation, *get_args(field.annotation))
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
