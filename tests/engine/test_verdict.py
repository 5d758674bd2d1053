import numpy as np
import pytest

from engine.verdict import Outcome, Verdict, judge

SPREAD = np.linspace(-0.02, 0.02, 101)


def outcome(name: str, figure: float) -> Outcome:
    """A figure whose resamples stray by the same 0.02 as those of every other outcome."""
    return Outcome(name=name, figure=figure, resampled=figure + SPREAD)


def noisy(name: str, figure: float) -> Outcome:
    """A figure whose resamples stray against those of every other outcome."""
    return Outcome(name=name, figure=figure, resampled=figure - SPREAD)


def verdict(model: Outcome, *controls: Outcome) -> Verdict:
    return judge(model, controls)


def test_a_model_above_all_controls_beats_them_and_names_the_best() -> None:
    found = verdict(outcome("mean-pool", 0.5), outcome("constant", 0.25), outcome("random", 0.26))
    assert found.beats_every_control
    assert found.beats_every_blind_control
    assert found.best_control == "random"
    assert found.difference.figure == pytest.approx(0.24)
    assert found.sentence == (
        "mean-pool reaches 0.500 and beats every control that sees no identifiers; the best of "
        "them is random with 0.260 (model minus control +0.240, 95 % interval +0.240 to +0.240)."
    )


def test_a_model_below_a_control_says_so_and_names_only_what_it_does_not_beat() -> None:
    found = verdict(outcome("ngnn", 0.4), outcome("constant", 0.25), outcome("category_pmi", 0.57))
    assert not found.beats_every_control
    assert not found.beats_every_blind_control
    assert found.sentence == (
        "ngnn reaches 0.400 and does not beat category_pmi with 0.570 "
        "(model minus control -0.170, 95 % interval -0.170 to -0.170)."
    )


def test_a_higher_figure_whose_paired_interval_holds_zero_beats_nothing() -> None:
    found = verdict(outcome("ngnn", 0.51), noisy("raw_cosine", 0.5))
    assert found.difference.low < 0 < found.difference.figure
    assert not found.beats_every_blind_control
    assert "does not beat raw_cosine" in found.sentence


def test_a_tie_beats_nothing() -> None:
    assert not verdict(outcome("ngnn", 0.25), outcome("constant", 0.25)).beats_every_control


def test_losing_to_the_identifier_control_alone_is_said_as_a_leak_of_the_file() -> None:
    found = verdict(
        outcome("ngnn", 0.5), outcome("constant", 0.25), outcome("identifier_order", 1.0)
    )
    assert (found.beats_every_control, found.beats_every_blind_control) == (False, True)
    assert found.best_control == "constant"
    assert found.sentence.endswith(
        "ngnn does not beat identifier_order with 1.000, which alone reads the identifiers of "
        "the file: its figure measures what they give away."
    )


def test_beating_the_identifier_control_needs_no_word_about_a_leak() -> None:
    found = verdict(
        outcome("ngnn", 0.5), outcome("constant", 0.25), outcome("identifier_order", 0.3)
    )
    assert found.beats_every_control
    assert "identifier_order" not in found.sentence


def test_a_verdict_needs_a_control_that_sees_what_models_see() -> None:
    with pytest.raises(ValueError, match="sees no identifiers"):
        verdict(outcome("ngnn", 0.5), outcome("identifier_order", 1.0))
