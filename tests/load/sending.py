"""Real RTP to many ports, from one thread."""

import socket
import struct
import time
from typing import NamedTuple

import numpy as np

from sip_gateway.audio.g711 import encode

HOST = "127.0.0.1"
PACKET = 160


class Sending(NamedTuple):
    """How it went."""

    packets: int
    latest_ms: float
    """So late, at worst, was a packet sent: the sender has its limits too."""


def send(ports: list[int], seconds: float, *, stamped: bool = False) -> Sending:
    """Real RTP to every port: 50 packets a second each, not in step. A stamped payload begins with
    the time at which it leaves."""
    noise = np.random.default_rng(1).integers(-9000, 9000, 50 * PACKET).astype("<i2")
    voice = encode(noise.tobytes(), "PCMU")
    voices = [voice[n * PACKET : (n + 1) * PACKET] for n in range(50)]
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
    header, stamp = struct.Struct("!BBHII"), struct.Struct("d")
    started, latest_s = time.monotonic(), 0.0
    spacing_s = 0.02 / len(ports)
    rounds = int(seconds * 50)
    for n in range(rounds):
        voice = voices[n % 50]
        for leg, port in enumerate(ports):
            if leg % 8 == 0:
                late_s = time.monotonic() - started - (n * len(ports) + leg) * spacing_s
                latest_s = max(latest_s, late_s)
                if late_s < -0.001:
                    time.sleep(-late_s)
            head = header.pack(0x80, 0, n & 0xFFFF, n * PACKET & 0xFFFFFFFF, leg + 1)
            if stamped:
                voice = stamp.pack(time.monotonic()) + voice[stamp.size :]
            udp.sendto(head + voice, (HOST, port))
    udp.close()
    return Sending(rounds * len(ports), latest_s * 1000)
