"""What a server tells of itself on its page of metrics."""

import urllib.request

from prometheus_client.parser import text_string_to_metric_families

from tests.serving.repeated_calls import PATIENCE_S


def num_waiting(port: int) -> int:
    """Outfits of the questions that wait for the model."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE_S) as page:
        families = text_string_to_metric_families(page.read().decode())
    (value,) = (
        sample.value
        for family in families
        for sample in family.samples
        if sample.name == "outfit_queue_outfits"
    )
    return int(value)
