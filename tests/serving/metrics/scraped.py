"""What a server tells of itself on its page of metrics."""

from prometheus_client.parser import text_string_to_metric_families

from tests.serving.metrics.test_endpoint import get


def metrics(port: int) -> dict[tuple[str, ...], float]:
    """Values by names and their labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(get(port, "/metrics"))
        for sample in family.samples
    }


def num_waiting(port: int) -> int:
    """Outfits of the questions that wait for the model."""
    return int(metrics(port)["outfit_queue_outfits",])
