from xml.etree import ElementTree

import pytest

from serving.latency_plot import HEIGHT, WIDTH, LatencyPlot
from serving.load import LoadResult


def plot_of(*latencies_ms: float) -> LatencyPlot:
    latencies_s = [latency / 1000 for latency in latencies_ms]
    return LatencyPlot.of(LoadResult(seconds=1.0, latencies_s=latencies_s, errors={}))


def test_quantiles_stand_in_order_at_their_milliseconds():
    plot = plot_of(*range(1, 101))
    assert [words for _, words in plot.marks] == ["p50 50 ms", "p90 90 ms", "p99 99 ms"]
    places = [place for place, _ in plot.marks]
    assert places == sorted(places)
    assert [words for _, words in plot.ticks] == ["1", "2", "5", "10", "20", "50", "100"]
    assert plot.words == "100 calls: p50 50 ms, p90 90 ms, p99 99 ms"


def test_the_highest_bar_stands_where_most_calls_are():
    plot = plot_of(1, 10, 10, 10, 100)
    before = plot.bars.split("V0H")[0]
    assert plot.bars.count("V0H") == 1
    assert float(before.rsplit("H", 1)[1]) == pytest.approx(WIDTH / 2, abs=WIDTH / 32)


@pytest.mark.parametrize("latencies", [(3.0,), (3.0, 3.0)])
def test_calls_that_all_took_the_same_can_be_drawn(latencies: tuple[float, ...]):
    plot = plot_of(*latencies)
    assert plot.bars.startswith(f"M0 {HEIGHT:g}")
    assert all(0 < place < WIDTH for place, _ in plot.marks)


def test_the_picture_is_xml_whose_title_is_escaped():
    root = ElementTree.fromstring(plot_of(1, 2, 4).svg("fill <64> & more"))  # noqa: S314 - ours
    assert root.find("{http://www.w3.org/2000/svg}title").text == "fill <64> & more"
    said = "".join(root.itertext())
    assert "p50 2 ms" in said
    assert "p99 4 ms" in said
