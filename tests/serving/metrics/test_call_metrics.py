import grpc
from prometheus_client import CollectorRegistry

from serving.call_record import CallRecord
from serving.metrics.call_metrics import CallMetrics
from tests.serving.metrics.exposition import samples


def test_a_call_is_counted_by_method_and_code_with_its_duration():
    registry = CollectorRegistry()
    metrics = CallMetrics(registry)
    for code, duration_s in ((grpc.StatusCode.OK, 0.004), (grpc.StatusCode.NOT_FOUND, 3.0)):
        metrics.ended(
            CallRecord(
                method="/outfit.v1.OutfitService/ScoreOutfits",
                code=code,
                request_id="r1",
                metadata=(),
                started_ns=0,
                duration_s=duration_s,
                batch_size=1,
            )
        )
    found = samples(registry)
    name = "outfit_call_duration_seconds"
    labels = 'method="OutfitService/ScoreOutfits",code="OK"'
    assert found[f"{name}_count{{{labels}}}"] == 1
    assert found[f"{name}_sum{{{labels}}}"] == 0.004
    assert found[f'{name}_bucket{{{labels},le="0.002"}}'] == 0
    assert found[f'{name}_bucket{{{labels},le="0.005"}}'] == 1
    assert found[f"{name}_sum{{{labels.replace('OK', 'NOT_FOUND')}}}"] == 3.0
