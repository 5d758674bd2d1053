from pathlib import Path

import pytest

from data.errors import SchemaError, UnreadableError
from data.json_files import kind_of, parse_json, parse_json_lines, parse_json_objects, read_text


def test_text_is_read_without_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbfcaf\xc3\xa9")

    assert read_text(tmp_path / "a") == "café"


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "an empty file"), (b" \n\n", "an empty file"), (b"a\xffb", "a wrong byte at 1")],
)
def test_a_file_without_text_is_unreadable(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "a").write_bytes(content)

    with pytest.raises(UnreadableError, match=message):
        read_text(tmp_path / "a")


def test_an_absent_file_and_a_folder_are_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="no such file"):
        read_text(tmp_path / "none")
    with pytest.raises(UnreadableError, match="got a folder"):
        read_text(tmp_path)


def test_broken_json_is_named_with_its_line() -> None:
    with pytest.raises(UnreadableError, match="column 1") as caught:
        parse_json('{"a": 1,\n}', Path("f.json"))

    assert (caught.value.file, caught.value.row) == (Path("f.json"), 2)


def test_a_list_of_objects_is_returned_as_it_is() -> None:
    assert parse_json_objects('[{"a": 1}, {}]', Path("f")) == [{"a": 1}, {}]


@pytest.mark.parametrize(
    ("text", "error", "row"),
    [
        ('{"a": 1}', SchemaError, None),
        ("[]", UnreadableError, None),
        ("[{}, 3]", SchemaError, 2),
    ],
)
def test_what_is_no_list_of_objects_is_refused(
    text: str, error: type[SchemaError] | type[UnreadableError], row: int | None
) -> None:
    with pytest.raises(error) as caught:
        parse_json_objects(text, Path("f"))

    assert caught.value.row == row


def test_lines_are_numbered_from_one_and_blank_ones_at_the_end_are_none() -> None:
    lines = parse_json_lines('{"a": 1}\r\n{"a": 2}\n\n \n', Path("f"))

    assert list(lines) == [(1, {"a": 1}), (2, {"a": 2})]


@pytest.mark.parametrize(
    ("text", "error"),
    [('{}\n{"a"', UnreadableError), ("{}\n\n{}", UnreadableError), ("{}\n[1]", SchemaError)],
)
def test_a_wrong_line_is_named(text: str, error: type[SchemaError] | type[UnreadableError]) -> None:
    with pytest.raises(error) as caught:
        list(parse_json_lines(text, Path("f")))

    assert caught.value.row == 2


def test_kinds_are_told_in_words() -> None:
    assert [kind_of(value) for value in (None, [1], {"a": 1}, "x", 3)] == [
        "nothing",
        "a list",
        "an object",
        "'x'",
        "3",
    ]
