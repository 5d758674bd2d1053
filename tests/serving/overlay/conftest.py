from pathlib import Path

import pytest

from tests.serving.overlay.log_places import FilePlace, LogPlace, RedisPlace
from tests.serving.redis_server import RedisServer


@pytest.fixture(params=["file", "redis"])
def place(
    request: pytest.FixtureRequest, tmp_path: Path, shared_redis: RedisServer, lineage: str
) -> LogPlace:
    if request.param == "file":
        return FilePlace(tmp_path / "log")
    return RedisPlace(shared_redis, lineage)
