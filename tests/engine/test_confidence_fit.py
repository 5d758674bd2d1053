from engine.bundle import load_bundle


def test_training_fits_both_and_says_how_good_they_are(tiny_bundle) -> None:
    fitted = load_bundle(tiny_bundle).confidence
    assert fitted.calibration.source.startswith("validation outfits: ")
    assert set(fitted.calibration.figures) >= {"questions", "log_loss", "brier", "ece"}
    assert fitted.relevance is not None
    assert set(fitted.relevance_figures) == {"adapter", "one map"}
    ours, single = fitted.relevance_figures["adapter"], fitted.relevance_figures["one map"]
    assert ours["log_loss"] <= single["log_loss"] + 0.01
