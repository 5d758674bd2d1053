from pathlib import Path

import pytest

from data.errors import InputError
from serving.commands.generate import generate


def test_a_shop_is_written_and_summed_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generate(out=tmp_path / "shop", items=200, outfits=100, seed=1)

    printed = capsys.readouterr().out
    assert "200 items and 100 outfits" in printed
    assert "fitb_third_order" in printed
    assert "1.000" in printed
    assert len(list((tmp_path / "shop" / "images").iterdir())) == 200
    with pytest.raises(InputError, match="new or empty folder"):
        generate(out=tmp_path / "shop", items=200, outfits=100, seed=1)
