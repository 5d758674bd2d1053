"""Metrics of a real server, as Prometheus reads them."""

import pytest

from serving.call_error import CallError
from serving.client import OutfitClient
from serving.metrics.endpoint import MetricsConfig
from serving.server_config import ServerConfig
from tests.free_port import free_port
from tests.serving.background_server import background_server
from tests.serving.metrics.scraped import metrics
from tests.serving.planted_shop import PlantedShop
from tests.serving.repeated_calls import wait_until


def test_a_server_tells_calls_batches_queue_bundle_and_process():
    port = free_port()
    config = ServerConfig(port=0, metrics=MetricsConfig(port=port))
    with (
        background_server(PlantedShop(), config) as server,
        OutfitClient(server.address) as client,
    ):
        client.score([["navy-shirt", "red-dress"]])
        with pytest.raises(CallError):
            client.score([["nope"]])
        wait_until(lambda: metrics(port)["outfit_batch_questions_sum",] == 2)  # answers come first
        found = metrics(port)
    assert found["outfit_call_duration_seconds_count", "OK", "OutfitService/ScoreOutfits"] == 1
    assert (
        found["outfit_call_duration_seconds_count", "NOT_FOUND", "OutfitService/ScoreOutfits"] == 1
    )
    assert found["outfit_batch_questions_sum",] == 2
    assert found["outfit_queue_wait_seconds_count",] == 2
    assert found["outfit_fallback_answers_total", "score"] == 1
    assert found["outfit_queue_outfits",] == 0
    assert found["outfit_queue_limit_outfits",] == config.batches.max_waiting
    assert found["outfit_bundle_info", "planted-1", "cosine"] == 1
    assert found["process_open_fds",] > 0
