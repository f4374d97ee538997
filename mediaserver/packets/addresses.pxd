"""Owns addresses as Python writes them: numeric text and a port. Names are refused, for looking them up would block."""

from libc.string cimport memset

from mediaserver.packets.endpoints cimport Endpoint, is_mapped
from mediaserver.packets.linux cimport AF_INET, AF_INET6, INET6_ADDRSTRLEN, inet_ntop, inet_pton


cdef inline bint read_address(Endpoint* endpoint, address, int family) except False:
    """Read an address that a socket of this family can reach."""
    cdef bint is_known
    host, port = address
    text = host.encode()
    if ":" in host:
        if family == AF_INET:
            raise ValueError("an IPv6 address needs an engine on an IPv6 host")
        is_known = inet_pton(AF_INET6, text, endpoint.ip) == 1
    else:
        memset(endpoint.ip, 0, 10)
        memset(endpoint.ip + 10, 0xFF, 2)
        is_known = inet_pton(AF_INET, text, endpoint.ip + 12) == 1
    if not is_known:
        raise ValueError("not a numeric IP address")
    if not 0 < port < 65536:
        raise ValueError("a port lies between 1 and 65535")
    endpoint.port = port
    return True


cdef inline write_address(const Endpoint* endpoint):
    cdef char[INET6_ADDRSTRLEN] text
    if is_mapped(endpoint.ip):
        inet_ntop(AF_INET, endpoint.ip + 12, text, INET6_ADDRSTRLEN)
    else:
        inet_ntop(AF_INET6, endpoint.ip, text, INET6_ADDRSTRLEN)
    return (<bytes>text).decode("ascii"), endpoint.port
