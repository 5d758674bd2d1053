"""The file that `outfit evaluate --json` writes, and that `compare`, `report` and the demo read.

schema_version, command, data, seed, resamples
bundles   one entry a bundle: its folder, id, model, recipe and training seed
files     one report a bundle and question file; `bundle_id` says of which
means     one entry a recipe and question file, where bundles differ in the training seed alone
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from data.atomic import atomic_file
from data.errors import DuplicateError, SchemaError, UnreadableError
from engine.seed_means import mean_report, question_key

SCHEMA_VERSION: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All bundles of one command on all question files of it.

    Args:
        bundles: entries as `bundle_entry` makes them.
        files: reports, each with its `bundle_id`; those of one bundle stand together.
    """

    command: str
    data: str
    seed: int
    resamples: int
    bundles: list[dict[str, Any]]
    files: list[dict[str, Any]]

    def recipes(self) -> dict[str, list[dict[str, Any]]]:
        """Bundles by recipe: those of one differ in the training seed alone."""
        groups: dict[str, list[dict[str, Any]]] = {}
        for bundle in self.bundles:
            groups.setdefault(bundle["recipe"], []).append(bundle)
        return groups

    def reports_by_questions(
        self, bundles: Iterable[Mapping[str, Any]]
    ) -> dict[tuple[str, ...], list[dict[str, Any]]]:
        """Reports of these bundles by what was asked."""
        wanted = {bundle["bundle_id"] for bundle in bundles}
        groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for report in self.files:
            if report["bundle_id"] in wanted:
                groups.setdefault(question_key(report), []).append(report)
        return groups

    def means(self) -> list[dict[str, Any]]:
        """Mean over the seeds of every recipe that has several, on every question file."""
        return [
            {
                "model": bundles[0]["model"],
                "recipe": recipe,
                "bundle_ids": [bundle["bundle_id"] for bundle in bundles],
                "training_seeds": [bundle["seeds"]["training"] for bundle in bundles],
                "report": mean_report(
                    seeds_name(bundles[0]["model"], len(bundles)),
                    reports,
                    resamples=self.resamples,
                    seed=self.seed,
                ),
            }
            for recipe, bundles in self.recipes().items()
            if len(bundles) > 1
            for reports in self.reports_by_questions(bundles).values()
        ]

    @classmethod
    def join(cls, evaluations: Sequence["Evaluation"]) -> "Evaluation":
        """Several evaluations as one, measured with the seed of the first.

        Raises:
            DuplicateError: two of them judge one bundle on the same questions.
        """
        first = evaluations[0]
        files = [report for each in evaluations for report in each.files]
        answered = [(report["bundle_id"], *question_key(report)) for report in files]
        for report, key in zip(files, answered, strict=True):
            if answered.count(key) > 1:
                raise DuplicateError(
                    expected="each bundle once on each question file",
                    got=f"{report['bundle_id']} again on {report['file']}",
                )
        bundles = {each["bundle_id"]: each for one in evaluations for each in one.bundles}
        return cls(
            command="\n".join(each.command for each in evaluations),
            data=first.data,
            seed=first.seed,
            resamples=first.resamples,
            bundles=list(bundles.values()),
            files=files,
        )

    def write(self, path: Path) -> None:
        """Write it whole or not at all."""
        content = {
            "schema_version": SCHEMA_VERSION,
            "command": self.command,
            "data": self.data,
            "seed": self.seed,
            "resamples": self.resamples,
            "bundles": self.bundles,
            "files": self.files,
            "means": self.means(),
        }
        with atomic_file(path) as temporary:
            temporary.write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Evaluation":
        """Read what `write` wrote.

        Raises:
            UnreadableError: the file is absent or no JSON.
            SchemaError: it is another file, or of another schema version.
        """
        try:
            content = json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            got = "none" if not path.exists() else "a file that is not"
            raise UnreadableError(expected="a JSON file", got=got, file=path) from error
        version = content.get("schema_version") if isinstance(content, dict) else None
        if version != SCHEMA_VERSION or "files" not in content:
            raise SchemaError(
                expected=f"what `outfit evaluate --json` writes, version {SCHEMA_VERSION}",
                got=f"version {version}",
                file=path,
                field="schema_version",
            )
        return cls(**{name: content[name] for name in cls.__slots__})


def seeds_name(model: str, seeds: int) -> str:
    """How sentences call a model that was trained with so many seeds."""
    return f"{model} (mean of {seeds} seeds)" if seeds > 1 else model


def bundle_entry(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What an evaluation tells of a bundle; `recipe` hashes all but the seed."""
    config = {name: value for name, value in manifest["config"].items() if name != "seed"}
    worn = [digest for name, digest in manifest["files"].items() if name.startswith("training_")]
    recipe = json.dumps([manifest["model"], config, worn], sort_keys=True)
    return {
        "bundle": str(folder),
        "bundle_id": manifest["bundle_id"],
        "model": manifest["model"],
        "recipe": hashlib.sha256(recipe.encode()).hexdigest()[:12],
        "seeds": {"training": manifest["seed"]},
    }
