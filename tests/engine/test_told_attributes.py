import pytest

from engine.told_attributes import with_told

VALUES = {
    ("red",): ["colour=red"],
    ("blue",): ["colour=blue"],
    ("navy", "blue"): ["colour=navy blue"],
    ("silk",): ["fabric=silk"],
    ("gold",): ["colour=gold", "fabric=gold"],
}


@pytest.mark.parametrize(
    ("stated", "title", "told"),
    [
        ([], "red silk skirt", ["colour=red", "fabric=silk"]),
        (["colour=blue"], "red silk skirt", ["fabric=silk"]),
        (["colour=blue", "fabric=wool"], "red silk skirt", []),
        ([], "navy blue skirt", ["colour=navy blue"]),
        ([], "blue navy skirt", ["colour=blue"]),
        ([], "red and blue skirt", []),
        ([], "red skirt in red", ["colour=red"]),
        ([], "gold ring", ["colour=gold", "fabric=gold"]),
        (["fabric=gold"], "gold ring", ["colour=gold"]),
        ([], "skirt", []),
        ([], "", []),
    ],
)
def test_words_tell_what_is_not_stated_and_is_clear(
    stated: list[str], title: str, told: list[str]
) -> None:
    assert with_told(stated, title.split(), VALUES) == [*stated, *told]
    assert with_told([*stated, "fit=slim"], title.split(), VALUES) == [*stated, "fit=slim", *told]


def test_no_known_value_tells_nothing() -> None:
    assert with_told(["colour=red"], ["blue"], {}) == ["colour=red"]
