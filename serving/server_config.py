"""Where and how a server serves."""

from dataclasses import dataclass, field

from serving.batcher import BatchConfig
from serving.limits import MAX_HELD_BYTES
from serving.metrics.endpoint import MetricsConfig
from serving.security.protection import Protection


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerConfig:
    """One process, at one address."""

    host: str = "127.0.0.1"  # loopback: whoever opens it to a network says so
    port: int = 50051  # 0 picks a free one
    shared: bool = False  # other processes serve the same on the same port, which is claimed
    notice_s: float = 0.0  # how long new calls are answered after health says NOT_SERVING
    grace_s: float = 10.0  # how long calls in flight may take to finish at the end
    batches: BatchConfig = field(default_factory=BatchConfig)
    max_held_bytes: int = MAX_HELD_BYTES  # of requests in hand, and of answers not taken yet
    metrics: MetricsConfig | None = None
    protection: Protection = field(default_factory=Protection)
