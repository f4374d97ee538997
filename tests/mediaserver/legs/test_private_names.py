"""What mediaserver/legs leans on below the public surface of its three pinned libraries (design rule 9)."""

import importlib.metadata
import inspect
import re
import tomllib
from pathlib import Path

import aioice
import pylibsrtp
import pytest
from aioice import ice, stun
from aiortc import RTCIceGatherer, RTCIceTransport, rtcdtlstransport
from pylibsrtp import _binding

from mediaserver.legs.certificates import Certificates

PROJECT = Path(__file__).parents[3] / "pyproject.toml"


@pytest.mark.parametrize("library", ["aiortc", "aioice", "pylibsrtp"])
def test_the_installed_version_is_the_pinned_one(library: str) -> None:
    pins = tomllib.loads(PROJECT.read_text())["project"]["dependencies"]

    assert f"{library}=={importlib.metadata.version(library)}" in pins, "private names may have moved"


@pytest.mark.parametrize(
    "name",
    [
        "_closing",
        "_local_candidates",
        "_local_candidates_end",
        "_nominated",
        "_protocols",
        "_queue",
        "check_complete",
        "data_received",
        "request_received",
    ],
)
async def test_an_aioice_connection_still_has(name: str) -> None:
    assert hasattr(aioice.Connection(ice_controlling=True), name)


async def test_a_stun_protocol_of_aioice_still_has_its_parts() -> None:
    protocol = ice.StunProtocol(aioice.Connection(ice_controlling=True))

    assert protocol.transactions == {}
    assert inspect.signature(protocol.connection_lost).parameters.keys() == {"exc"}
    assert inspect.signature(stun.Transaction.response_received).parameters.keys() == {"self", "message", "addr"}


async def test_a_candidate_pair_of_aioice_still_has_its_parts() -> None:
    protocol = ice.StunProtocol(aioice.Connection(ice_controlling=True))
    candidate = aioice.Candidate.from_sdp("1 1 udp 99 192.0.2.1 4000 typ host")
    pair = ice.CandidatePair(protocol, candidate)

    assert (pair.remote_addr, pair.nominated) == (("192.0.2.1", 4000), False)
    assert pair.state not in (ice.CandidatePair.State.SUCCEEDED, ice.CandidatePair.State.FAILED)


async def test_a_dtls_transport_of_aiortc_still_has_its_parts() -> None:
    ice_transport = RTCIceTransport(RTCIceGatherer(iceServers=[]))
    transport = rtcdtlstransport.RTCDtlsTransport(ice_transport, [Certificates().current()])

    assert {"_role", "_set_role", "_set_state", "_setup_srtp", "_srtp_profiles", "_ssl", "_task"} <= set(dir(transport))
    source = inspect.getsource(rtcdtlstransport.RTCDtlsTransport)
    assert set(re.findall(r"self\.transport\.(\w+)", source)) == {"_recv", "_send", "role"}, "our connection has these"


def test_a_certificate_of_aiortc_still_makes_its_context_in_one_place() -> None:
    assert inspect.signature(rtcdtlstransport.RTCCertificate._create_ssl_context).parameters.keys() == {
        "self",
        "srtp_profiles",
    }


def test_pylibsrtp_still_shows_its_library_and_its_sessions() -> None:
    session = pylibsrtp.Session()

    assert int(_binding.ffi.cast("uintptr_t", session._srtp[0])) != 0
    for function in ("srtp_protect", "srtp_unprotect", "srtp_protect_rtcp", "srtp_unprotect_rtcp"):
        assert int(_binding.ffi.cast("uintptr_t", _binding.ffi.addressof(_binding.lib, function))) != 0
