from pathlib import Path

import pytest
import torch

from data.dataset import Dataset
from engine.bundle import Bundle, load_bundle, write_bundle
from engine.examples import Example, distinct, draw_example
from engine.items import ItemTokens
from engine.judged_example import judge_example
from engine.losses.divergence import choice_divergence
from engine.model_scorer import encode_items
from engine.negatives import NegativeSampler
from engine.objective import outfit_losses
from engine.objective_config import ObjectiveConfig
from engine.steps import Steps
from engine.teacher import Teacher
from engine.training import Trained, fit, prepare
from graph.outfits import pad_outfits
from tests.engine.planted import still, tiny_config


@pytest.fixture(scope="module")
def bundle(planted: Dataset, tmp_path_factory) -> Bundle:
    trained, dataset = prepare(planted, tiny_config("pairwise", seed=5))
    epochs = list(fit(trained, dataset))
    folder: Path = tmp_path_factory.mktemp("teacher") / "bundle"
    write_bundle(trained, dataset, folder, epochs=epochs, command="outfit train")
    return load_bundle(folder)


@pytest.fixture(scope="module")
def teacher(bundle: Bundle, planted: Dataset) -> Teacher:
    return Teacher.of(bundle, planted)


@pytest.fixture
def student(planted: Dataset) -> Trained:
    return prepare(planted, tiny_config("mean-pool"))[0]


def example_of(trained: Trained, dataset: Dataset) -> Example:
    outfits = dataset.outfit_rows("train")[:32]
    sampler = NegativeSampler(outfits, trained.features, list(trained.preparation.widths.values()))
    generator = torch.Generator().manual_seed(2)
    return draw_example(pad_outfits(outfits), sampler, ObjectiveConfig(), generator)


def losses(trained: Trained, example: Example, **more: object) -> torch.Tensor:
    rows, places = distinct(example)
    items = trained.features.take(rows)
    return outfit_losses(trained.model.eval(), items, places, ObjectiveConfig(), **more)


def test_a_teacher_judges_an_example_as_its_model_does(teacher, bundle, student, planted) -> None:
    example = example_of(student, planted)
    features = bundle.preparation.apply(planted.items, {})
    assert len(teacher.tokens) == len(features)
    judged = teacher.judge(example)
    real = bundle.model.judge(teacher.tokens, example.outfits)
    torch.testing.assert_close(judged.compatibility[:, 0], real.compatibility)
    torch.testing.assert_close(judged.choice[:, 0], real.choice)
    broken = bundle.model.judge(teacher.tokens, example.broken)
    torch.testing.assert_close(judged.broken, broken.compatibility)
    assert not judged.choice.requires_grad


def test_a_model_that_says_what_its_teacher_says_has_the_losses_of_the_truth_alone(
    student, planted
) -> None:
    example = example_of(student, planted)
    tokens: ItemTokens = encode_items(student.model, student.features)
    taught = Teacher(model=student.model, tokens=tokens).judge(example)
    plain, with_teacher = losses(student, example), losses(student, example, taught=taught)
    torch.testing.assert_close(with_teacher, plain, atol=1e-4, rtol=0)


def test_another_teacher_adds_a_loss_to_every_outfit(teacher, student, planted) -> None:
    example = example_of(student, planted)
    taught = teacher.judge(example)
    assert (losses(student, example, taught=taught) > losses(student, example) + 1e-4).all()


def test_taught_a_student_comes_nearer_to_its_teacher(teacher, planted) -> None:
    config = still("mean-pool", epochs=8)

    def distance(taught: Teacher | None) -> float:
        """How far the choices of the student are from those of the teacher."""
        trained, dataset = prepare(planted, config)
        steps = Steps(trained, dataset.outfit_rows("train"), taught)
        for number in range(1, config.epochs + 1):
            steps.epoch(number)
        example = example_of(trained, planted)
        tokens = encode_items(trained.model, trained.features)
        with torch.no_grad():
            said = judge_example(trained.model, tokens, example).choice
        wanted = teacher.judge(example).choice
        return float(choice_divergence(said, wanted, example.valid).mean())

    near, far = distance(teacher), distance(None)
    assert near < 0.85 * far


def test_an_example_is_judged_candidate_by_candidate(student, planted) -> None:
    example = example_of(student, planted)
    tokens = encode_items(student.model, student.features)
    with torch.no_grad():
        judged = judge_example(student.model, tokens, example)
        second = example.outfits.replaced(example.blank, example.candidates[:, 1])
        expected = student.model.judge(tokens, second)
    torch.testing.assert_close(judged.compatibility[:, 1], expected.compatibility)
    torch.testing.assert_close(judged.choice[:, 1], expected.choice)
