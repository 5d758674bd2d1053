import hashlib
import json
import os
import re
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch

from data.dataset import Dataset
from data.errors import BundleError, InputError
from engine.bundle import load_bundle, read_manifest, seal_bundle, write_bundle
from engine.model_scorer import encode_items
from engine.models.build import MODELS, ModelName
from engine.training import Epoch, Trained, fit, prepare
from graph.outfits import pad_outfits
from tests.engine.planted import CATEGORIES, store, tiny_config
from tests.mismatched_bundles import MISMATCHES

FILES = {
    "calibration.json",
    "items.parquet",
    "model.safetensors",
    "preparation.safetensors",
    "relevance.json",
    "relevance.safetensors",
    "training_categories.parquet",
    "training_category_pairs.parquet",
    "training_items.parquet",
    "vectors.npy",
}


def train(dataset: Dataset, name: ModelName) -> tuple[Trained, Dataset, list[Epoch]]:
    trained, dataset = prepare(dataset, tiny_config(name, epochs=1))
    return trained, dataset, list(fit(trained, dataset))


def write(dataset: Dataset, out: Path, name: ModelName = "mean-pool") -> tuple[str, Trained]:
    trained, dataset, epochs = train(dataset, name)
    bundle_id = write_bundle(trained, dataset, out, epochs=epochs, command="outfit train x")
    return bundle_id, trained


@pytest.fixture(scope="module")
def trained(planted: Dataset) -> tuple[Trained, Dataset, list[Epoch]]:
    return train(planted, "mean-pool")


@pytest.fixture
def copy(tiny_bundle: Path, tmp_path: Path) -> Path:
    """A bundle to damage."""
    return Path(shutil.copytree(tiny_bundle, tmp_path / "bundle"))


def test_a_bundle_is_the_files_that_its_manifest_lists(tiny_bundle) -> None:
    manifest = read_manifest(tiny_bundle)
    assert {path.name for path in tiny_bundle.iterdir()} == FILES | {"bundle.json"}
    assert set(manifest["files"]) == FILES


def test_the_manifest_says_what_was_trained_and_how_well(tiny_bundle, tiny_shop) -> None:
    manifest = read_manifest(tiny_bundle)
    items = Dataset.load(tiny_shop).items
    assert manifest["schema_version"] == 2
    assert manifest["bundle_id"].startswith("transformer-")
    assert manifest["model"] == manifest["config"]["model"]["name"] == "transformer"
    assert (manifest["seed"], manifest["num_items"]) == (0, items.height)
    assert manifest["command"] == "outfit train tiny"
    assert manifest["config"]["batch_size"] == 64
    assert manifest["config"]["objective"]["num_negatives"] == 4
    assert 0.2 < manifest["validation"]["mean"] <= 1
    assert manifest["epochs"] == 2


def test_validation_figures_are_those_of_the_best_epoch(trained, tmp_path) -> None:
    model, dataset, _ = trained
    epochs = [
        Epoch(number=number, loss=1.0, validation={"mean": mean}, best=best, seconds=1.0)
        for number, (mean, best) in enumerate([(0.5, True), (0.7, True), (0.6, False)])
    ]
    write_bundle(model, dataset, tmp_path / "bundle", epochs=epochs, command="")
    manifest = read_manifest(tmp_path / "bundle")
    assert manifest["validation"] == {"mean": 0.7}
    assert manifest["epochs"] == 2


def test_the_catalogue_lies_sorted_by_slot_and_category_in_the_order_of_the_table(
    tiny_bundle, tiny_shop
) -> None:
    items = load_bundle(tiny_bundle).items
    table = Dataset.load(tiny_shop).items
    keys = list(zip(items["slot"], items["category"], items["item_id"], strict=True))
    assert keys == sorted(keys)  # item ids ascend in the table
    assert items.sort("item_id").equals(table.sort("item_id"))


def test_items_without_a_slot_come_last(tmp_path) -> None:
    items = pl.DataFrame(
        {
            "item_id": [f"i{row:02d}" for row in range(40)],
            "category": ["veils", "tops"] * 20,
            "slot": [None, "tops"] * 20,
        }
    )
    outfits = [[row, (row + 1) % 40] for row in range(40)] * 5
    write(store(tmp_path / "data", items, outfits, {}), tmp_path / "bundle")
    loaded = load_bundle(tmp_path / "bundle").items
    assert loaded["slot"].to_list() == ["tops"] * 20 + [None] * 20


@pytest.mark.parametrize("name", MODELS)
def test_a_loaded_model_judges_as_the_trained_one(planted, tmp_path, name) -> None:
    _, trained = write(planted, tmp_path / "bundle", name)
    bundle = load_bundle(tmp_path / "bundle")
    rows = {item: row for row, item in enumerate(bundle.items["item_id"])}
    order = torch.tensor([rows[item] for item in planted.items["item_id"]])
    tokens = encode_items(trained.model, trained.features)
    torch.testing.assert_close(
        torch.from_numpy(np.array(bundle.vectors))[order], tokens.vectors, atol=0, rtol=0
    )
    batch = pad_outfits([[3, 33, 63], [4, 40]])
    with torch.no_grad():
        expected = trained.model.judge(tokens, batch)
        loaded = bundle.model.judge(tokens, batch)
    assert loaded.compatibility.equal(expected.compatibility)
    assert loaded.choice.equal(expected.choice)
    assert not bundle.model.training


def test_item_embeddings_are_mapped_not_read(tiny_bundle) -> None:
    bundle = load_bundle(tiny_bundle)
    assert isinstance(bundle.vectors, np.memmap)
    mapped = bundle.mapped_vectors()
    assert mapped.data_ptr() == bundle.vectors.ctypes.data
    assert mapped.shape == bundle.vectors.shape


def test_training_counts_travel_with_the_bundle(tiny_bundle, tiny_shop) -> None:
    dataset = Dataset.load(tiny_shop)
    counts = load_bundle(tiny_bundle).counts
    train = dataset.outfits.filter(split="train")
    assert counts.items["outfits"].sum() == train.height


def test_the_same_training_gives_the_same_bundle_and_another_seed_does_not(
    planted, tmp_path
) -> None:
    first, _ = write(planted, tmp_path / "first")
    again, _ = write(planted, tmp_path / "again")
    assert first == again
    for path in (tmp_path / "first").iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()
    trained, dataset = prepare(planted, tiny_config("mean-pool", epochs=1, seed=1))
    epochs = list(fit(trained, dataset))
    other = write_bundle(trained, dataset, tmp_path / "other", epochs=epochs, command="")
    assert other != first
    assert read_manifest(tmp_path / "other")["bundle_id"] == other


@pytest.mark.parametrize("name", sorted(FILES))
@pytest.mark.parametrize("place", [0, 0.5, 1])
def test_a_changed_byte_in_any_file_is_refused_by_name(copy, name, place) -> None:
    path = copy / name
    content = bytearray(path.read_bytes())
    content[round(place * (len(content) - 1))] ^= 1
    path.write_bytes(content)
    with pytest.raises(BundleError, match=rf"{name}: expected sha256 .* damaged"):
        load_bundle(copy)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_missing_or_shortened_file_is_refused_by_name(copy, name) -> None:
    path = copy / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BundleError, match=f"{name}: expected sha256"):
        load_bundle(copy)
    path.unlink()
    with pytest.raises(BundleError, match=f"{name}: expected a file of the bundle, got none"):
        load_bundle(copy)


def edited(folder: Path, **changes: object) -> None:
    path = folder / "bundle.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"files": {}},
        {"preparation": {"categories": [], "slots": [], "modalities": []}},
        {"validation": {"mean": 1.0}},
        {"bundle_id": "another"},
        {"sha256": None},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_manifest_that_was_edited_is_refused(copy, changes) -> None:
    edited(copy, **changes)
    with pytest.raises(BundleError, match=r"bundle\.json: .*damaged"):
        load_bundle(copy)


def test_a_manifest_that_was_only_laid_out_anew_is_still_good(copy) -> None:
    edited(copy)
    assert load_bundle(copy).items.height == 200


@pytest.mark.parametrize("version", [0, 1, 3, "2", None])
def test_a_manifest_of_another_schema_version_is_refused(copy, version) -> None:
    edited(copy, schema_version=version)
    with pytest.raises(BundleError, match=f"schema version 2, got {version}"):
        load_bundle(copy)


def test_a_model_that_this_version_does_not_know_is_refused(copy) -> None:
    manifest = read_manifest(copy)
    manifest["config"]["model"]["smell"] = 1
    (copy / "bundle.json").unlink()
    seal_bundle(copy, manifest)
    with pytest.raises(BundleError, match=r"model that this version knows, got .*smell"):
        load_bundle(copy)


@pytest.mark.parametrize("mismatch", MISMATCHES)
def test_parts_that_do_not_fit_each_other_are_refused_by_name(copy, mismatch) -> None:
    mismatch(copy)
    with pytest.raises(BundleError, match=MISMATCHES[mismatch]):
        load_bundle(copy)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"bundle"', "\x00\xff"])
def test_a_manifest_that_is_not_one_is_refused(copy, text) -> None:
    (copy / "bundle.json").write_text(text)
    with pytest.raises(BundleError, match=r"bundle\.json: expected"):
        load_bundle(copy)


def test_a_folder_that_is_no_bundle_is_refused(tmp_path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(BundleError, match=r"bundle\.json: expected a bundle's manifest"):
            load_bundle(folder)


def test_a_bundle_is_never_written_over(copy, trained) -> None:
    model, dataset, epochs = trained
    before = {path.name: path.read_bytes() for path in copy.iterdir()}
    with pytest.raises(InputError, match="new or empty folder"):
        write_bundle(model, dataset, copy, epochs=epochs, command="")
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == before


def test_a_folder_that_is_no_bundle_is_named_once(tmp_path) -> None:
    path = tmp_path / "bundle.json"
    message = f"{path}: expected a bundle's manifest, got no such file or directory"
    with pytest.raises(BundleError, match=f"^{re.escape(message)}$"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("num_items", "many"),
        ("num_items", 2**70),
        ("num_items", -1),
        ("num_items", True),
        ("model", 5),
        ("bundle_id", None),
        ("bundle_id", "\udcff"),
    ],
)
def test_a_manifest_that_does_not_say_what_bundle_it_is_is_refused(copy, name, told) -> None:
    manifest = json.loads((copy / "bundle.json").read_text())
    del manifest["sha256"]
    manifest[name] = told
    content = json.dumps(manifest | {"sha256": sealed(manifest)})
    (copy / "bundle.json").write_text(content)
    with pytest.raises(BundleError, match=f"as {name}, got {re.escape(repr(told))}"):
        read_manifest(copy)


def sealed(manifest: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def test_a_manifest_that_is_nested_without_end_is_refused(tmp_path) -> None:
    (tmp_path / "bundle.json").write_text("[" * 100_000)
    with pytest.raises(BundleError, match="expected a bundle's manifest, got maximum recursion"):
        read_manifest(tmp_path)


def test_a_bundle_that_cannot_be_finished_leaves_nothing(trained, tmp_path) -> None:
    model, dataset, _ = trained
    with pytest.raises(IndexError):
        write_bundle(model, dataset, tmp_path / "bundle", epochs=[], command="")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", MODELS)
def test_items_of_category_alone_make_a_bundle_too(tmp_path, name) -> None:
    items = pl.DataFrame(
        {"item_id": [f"i{row:02d}" for row in range(60)], "category": np.repeat(CATEGORIES, 20)}
    )
    rows = [[row % 20, 20 + row % 17, 40 + row % 13] for row in range(200)]
    write(store(tmp_path / "data", items, rows, {}), tmp_path / "bundle", name)
    bundle = load_bundle(tmp_path / "bundle")
    assert not bundle.vectors.any()
    assert bundle.preparation.widths == {}


def test_whoever_may_read_the_folder_may_read_every_file(trained, tmp_path) -> None:
    before = os.umask(0o022)
    try:
        write_bundle(trained[0], trained[1], tmp_path / "out", epochs=trained[2], command="x")
    finally:
        os.umask(before)
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in (tmp_path / "out").iterdir()}
    assert set(modes.values()) == {"0o644"}
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o755
