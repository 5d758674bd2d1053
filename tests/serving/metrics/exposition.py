"""What a registry would tell Prometheus, as a dict."""

from prometheus_client import CollectorRegistry


def samples(registry: CollectorRegistry) -> dict[str, float]:
    """Values by name and labels, such as `x_total{code="OK"}`."""
    return {
        _written(sample.name, sample.labels): sample.value
        for metric in registry.collect()
        for sample in metric.samples
    }


def _written(name: str, labels: dict[str, str]) -> str:
    pairs = ",".join(f'{label}="{value}"' for label, value in labels.items())
    return f"{name}{{{pairs}}}" if pairs else name
