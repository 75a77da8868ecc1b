"""What every call of a media worker is made with."""

from collections.abc import Callable
from typing import NamedTuple

from sip_gateway.media.kept_ports import KeptPorts
from sip_gateway.media.leg_socket import LegSocket
from sip_gateway.media.metrics import MediaMetrics
from sip_gateway.media.port_pool import PortPool
from sip_gateway.media.progress import Progress
from sip_gateway.media.sinks import AudioSink, CallSink
from sip_gateway.media.sockets import Sockets
from sip_gateway.settings import Settings
from sip_gateway.worker_protocol import FromWorker


class Parts(NamedTuple):
    """One for all calls of a worker."""

    settings: Settings
    audio: AudioSink
    events: CallSink
    ports: PortPool
    sockets: Sockets
    progress: Progress
    metrics: MediaMetrics
    say: Callable[[FromWorker], None]
    """To the signalling process."""

    lag_ms: int
    """See `Sinks`."""

    ear: Callable[[str, str], LegSocket]
    """Hears one end of a relay of the call."""

    kept: KeptPorts
    pass_on: Callable[[int], LegSocket | None]
    """A port that is kept, for a new leg."""
