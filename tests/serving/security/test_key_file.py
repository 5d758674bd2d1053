import json
import logging
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from data.errors import DuplicateError, InputError, SchemaError, UnreadableError
from serving.security.key_file import KeyFile, read_keys, write_keys
from serving.security.keys import ApiKey, Scope, new_secret, sha256_of

SECRET = new_secret()


def key(name: str = "shop", *scopes: Scope) -> ApiKey:
    return ApiKey(
        name=name, sha256=sha256_of(SECRET + name), scopes=frozenset(scopes or {Scope.READ})
    )


def test_keys_are_read_as_they_were_written(tmp_path: Path):
    keys = [key("shop", Scope.READ, Scope.WRITE), key("ops.1", *Scope)]
    write_keys(tmp_path / "keys.json", keys)
    assert read_keys(tmp_path / "keys.json") == keys
    assert SECRET not in (tmp_path / "keys.json").read_text()


def test_a_new_file_is_its_owners_alone_and_an_old_one_keeps_its_mode(tmp_path: Path):
    path = tmp_path / "keys.json"
    write_keys(path, [])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    write_keys(path, [key()])
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_wrong_name_a_name_twice_and_a_key_of_two_names_are_not_written(tmp_path: Path):
    path = tmp_path / "keys.json"
    with pytest.raises(SchemaError, match=r"row 1.*'name'"):
        write_keys(path, [key("two words")])
    with pytest.raises(DuplicateError, match="got shop"):
        write_keys(path, [key(), key()])
    with pytest.raises(DuplicateError, match="each key under one name, got shop and other"):
        write_keys(path, [key(), replace(key(), name="other")])
    assert not path.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": 7}, "name"),
        ({"name": "a" * 65}, "name"),
        ({"sha256": SECRET}, "sha256"),
        ({"sha256": "A" * 64}, "sha256"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["admin"]}, "scopes"),
        ({"scopes": [["read"]]}, "scopes"),
        ({"scopes": "read"}, "scopes"),
        ({"key": SECRET}, "keys"),
    ],
)
def test_a_wrong_field_is_named_and_what_stands_there_is_not_told(
    tmp_path: Path, changes: dict[str, object], field: str
):
    path = tmp_path / "keys.json"
    entry = {"name": "shop", "sha256": "0" * 64, "scopes": ["read"]} | changes
    path.write_text(json.dumps({"keys": [entry]}))
    with pytest.raises(SchemaError, match=rf"row 1, field '{field}'") as caught:
        read_keys(path)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("content", ["[]", "{}", '{"keys": {}}', '{"keys": [1]}'])
def test_another_json_is_no_file_of_keys(tmp_path: Path, content: str):
    (tmp_path / "keys.json").write_text(content)
    with pytest.raises(SchemaError, match="'keys'"):
        read_keys(tmp_path / "keys.json")


def test_a_missing_file_and_a_broken_one_are_unreadable(tmp_path: Path):
    (tmp_path / "broken").write_bytes(b"\xff{")
    for name in ("none", "broken"):
        with pytest.raises(UnreadableError, match=name):
            KeyFile(tmp_path / name)


def test_a_file_that_changes_is_read_again(tmp_path: Path):
    path = tmp_path / "keys.json"
    write_keys(path, [key("old")])
    file = KeyFile(path)
    assert [one.name for one in file.current()] == ["old"]
    write_keys(path, [key("new")])
    assert [one.name for one in file.current()] == ["new"]
    write_keys(path, [])
    assert file.current() == []


@pytest.mark.parametrize("broken", ["{", "[" * 100_000, None], ids=["torn", "deep", "gone"])
def test_a_file_that_breaks_or_goes_keeps_its_keys_and_is_told_once(
    tmp_path: Path, broken: str | None, caplog: pytest.LogCaptureFixture
):
    path = tmp_path / "keys.json"
    write_keys(path, [key("old")])
    file = KeyFile(path)
    path.write_text(broken) if broken else path.unlink()
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            assert [one.name for one in file.current()] == ["old"]
    assert [record.message for record in caplog.records] == ["kept the keys"]
    write_keys(path, [key("new")])
    assert [one.name for one in file.current()] == ["new"]


def test_a_broken_file_is_an_input_error_at_the_start(tmp_path: Path):
    (tmp_path / "keys.json").write_text("")
    with pytest.raises(InputError):
        KeyFile(tmp_path / "keys.json")
