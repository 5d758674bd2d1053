"""The catalogue on the command line, against a real server with a real bundle."""

import json
from collections.abc import Iterator

import pytest

from engine.recommender import Recommender
from tests.serving.background_server import background_server
from tests.serving.commands.test_call import outfit

pytestmark = pytest.mark.filterwarnings(  # `main` reads sys.argv on purpose
    "ignore:Cyclopts application invoked without tokens:UserWarning"
)


@pytest.fixture
def at(tiny_recommender: Recommender) -> Iterator[str]:
    with background_server(tiny_recommender) as server:
        yield f"--address {server.address}"


def test_an_item_is_changed_described_shown_and_deleted(
    at: str,
    tiny_recommender: Recommender,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    name = tiny_recommender.items["item_id"][0]
    assert outfit(monkeypatch, f"call upsert {at} --item {name} --price 12345.5") == 0
    described = "--category bags --title 'Silk clutch' --attributes colour=red,fabric=silk"
    line = f"call upsert {at} --item clutch {described} --availability preorder"
    assert outfit(monkeypatch, line) == 0
    assert "items[0] was judged without its look" in capsys.readouterr().out
    assert outfit(monkeypatch, f"call items {at} --items {name},clutch,nobody") == 0
    printed = capsys.readouterr().out
    assert "12345.50" in printed
    assert "Silk clutch" in printed
    assert "not in the catalogue: nobody" in printed
    assert "overlay version 2" in printed
    assert outfit(monkeypatch, f"call items {at} --items clutch --json") == 0
    (item,) = json.loads(capsys.readouterr().out)["items"]
    assert item["attributes"] == {"colour": "red", "fabric": "silk"}
    assert (item["availability"], item["slot"]) == ("preorder", "bags")
    assert outfit(monkeypatch, f"call delete {at} --items clutch,nobody --json") == 0
    assert json.loads(capsys.readouterr().out)["overlay_version"] == 3
    assert outfit(monkeypatch, f"call score {at} --items {name},clutch") == 1
    assert "UNKNOWN_ITEM" in capsys.readouterr().err


def test_categories_are_counted(
    at: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert outfit(monkeypatch, f"call categories {at} --json") == 0
    categories = json.loads(capsys.readouterr().out)["categories"]
    assert sum(one["num_items"] for one in categories) == 200


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        ("--item new --price 3", 1),
        ("--item new --title 'No category'", 1),
        ("--item new --category bags --attributes colour", 1),
        ("--item new --price -1", 2),
        ("--item new --availability sold", 2),
        ("--item new --category bags --image no-such-file", 2),
    ],
)
def test_a_wrong_upsert_says_so(flags: str, code: int, at: str, monkeypatch: pytest.MonkeyPatch):
    assert outfit(monkeypatch, f"call upsert {at} {flags}") == code
