"""The socket tells when the kernel received a datagram: pauses of the simulator are not charged to the product."""

import asyncio
import socket
import time

from benchmarks.simulator.udp import Address, UdpSocket


async def test_arrival_is_the_kernels_even_if_the_loop_was_held_up() -> None:
    came: asyncio.Future[tuple[bytes, Address, float]] = asyncio.get_running_loop().create_future()
    udp = UdpSocket("127.0.0.1", 0, lambda *datagram: came.set_result(datagram))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.1", 0))
        before = time.monotonic()
        sender.sendto(b"voice", udp.address)
        sent = time.monotonic()
        while time.monotonic() < sent + 0.05:
            # Hold the event loop, as a long decode or a garbage collection would.
            pass
        data, address, at = await asyncio.wait_for(came, 5)
        assert (data, address) == (b"voice", sender.getsockname())
    udp.close()
    assert before - 0.005 <= at <= sent + 0.005, "the gap the loop made must not show"


async def test_sending_to_nobody_is_a_lost_packet_and_closing_twice_is_fine() -> None:
    udp = UdpSocket("127.0.0.1", 0, lambda *_: None)
    udp.send(b"x", ("127.0.0.1", 9))
    udp.close()
    udp.close()
