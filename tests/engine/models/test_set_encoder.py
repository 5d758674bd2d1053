import pytest
import torch
from torch import nn

from engine.models.set_encoder import SetEncoder
from tests.engine.planted import shaken

WIDTH, HEADS = 16, 2
SAME = {"atol": 1e-5, "rtol": 0}
NAMES = {
    "attention.out": "self_attn.out_proj",
    "feed.0": "linear1",
    "feed.3": "linear2",
    "norm_attention": "norm1",
    "norm_feed": "norm2",
}
"""Of the parts of a layer here, and in PyTorch."""


@pytest.fixture
def encoder() -> SetEncoder:
    return shaken(SetEncoder(width=WIDTH, layers=2, heads=HEADS, dropout=0.5)).eval()


@pytest.fixture
def tokens() -> torch.Tensor:
    return torch.randn(3, 5, WIDTH, generator=torch.Generator().manual_seed(0))


def hiding(*hidden: int) -> torch.Tensor:
    bias = torch.zeros(3, 1, 1, 5)
    bias[..., list(hidden)] = -torch.inf
    return bias


def of_pytorch(encoder: SetEncoder) -> nn.TransformerEncoder:
    """Its reference, with the same weights."""
    layer = nn.TransformerEncoderLayer(
        WIDTH, HEADS, 4 * WIDTH, 0.5, "gelu", batch_first=True, norm_first=True
    )
    built = nn.TransformerEncoder(layer, len(encoder.layers), enable_nested_tensor=False)
    for ours, theirs in zip(encoder.layers, built.layers, strict=True):
        attention = ours.attention
        for kind in ("weight", "bias"):
            packed = [getattr(each, kind) for each in (attention.query, attention.key_value)]
            getattr(theirs.self_attn, f"in_proj_{kind}").data = torch.cat(packed).detach()
        for here, there in NAMES.items():
            theirs.get_submodule(there).load_state_dict(ours.get_submodule(here).state_dict())
    return built.eval()


@torch.no_grad()
def test_the_first_token_becomes_what_it_becomes_in_pytorch(encoder, tokens) -> None:
    hidden = torch.tensor([False, False, False, True, True]).expand(3, 5)
    expected = of_pytorch(encoder)(tokens, src_key_padding_mask=hidden)[:, 0]
    torch.testing.assert_close(encoder(tokens, hiding(3, 4)), expected, **SAME)


def test_a_bias_of_each_head_is_that_of_pytorch(encoder, tokens) -> None:
    """With gradients: without, PyTorch takes every number of a mask but zero as a place to hide."""
    bias = torch.randn(3, HEADS, 5, 5, generator=torch.Generator().manual_seed(1))
    expected = of_pytorch(encoder)(tokens, mask=bias.flatten(0, 1))[:, 0]
    torch.testing.assert_close(encoder(tokens, bias), expected, **SAME)


@torch.no_grad()
def test_what_is_hidden_makes_no_difference_and_what_is_not_does(encoder, tokens) -> None:
    other = tokens.clone()
    other[:, 3] = tokens[:, 3].flip(-1)
    assert encoder(other, hiding(3)).equal(encoder(tokens, hiding(3)))
    assert (encoder(other, hiding()) - encoder(tokens, hiding())).norm() > 1e-3


@torch.no_grad()
def test_the_order_of_the_others_makes_no_difference(encoder, tokens) -> None:
    turned = tokens[:, [0, 4, 2, 1, 3]]
    torch.testing.assert_close(encoder(turned, hiding()), encoder(tokens, hiding()), **SAME)


@torch.no_grad()
def test_dropout_is_of_training_alone_and_of_all_that_a_layer_adds(tokens) -> None:
    encoder = shaken(SetEncoder(width=WIDTH, layers=2, heads=HEADS, dropout=1.0))
    assert encoder.train()(tokens, hiding()).equal(tokens[:, 0])
    assert (encoder.eval()(tokens, hiding()) - tokens[:, 0]).norm() > 1e-3


@torch.no_grad()
def test_dropout_is_of_attention_and_of_what_is_hidden_within_a_layer_too(tokens) -> None:
    (layer,) = shaken(SetEncoder(width=WIDTH, layers=1, heads=HEADS, dropout=1.0)).train().layers
    for part, out in (
        (layer.attention(tokens, hiding(), None), layer.attention.out),
        (layer.feed(tokens), layer.feed[3]),
    ):
        torch.testing.assert_close(part, out.bias.expand_as(part), **SAME)


def test_it_starts_within_the_bounds_of_glorot_and_without_biases() -> None:
    torch.manual_seed(0)
    (layer,) = SetEncoder(width=64, layers=1, heads=HEADS, dropout=0.0).layers
    attention, bound = layer.attention, (6 / (64 + 3 * 64)) ** 0.5
    for linear in (attention.query, attention.key_value):
        assert 0.9 * bound < linear.weight.abs().max() <= bound
    assert not any(
        each.bias.any() for each in (attention.query, attention.key_value, attention.out)
    )


def test_of_no_sets_there_is_nothing_to_tell(encoder) -> None:
    assert encoder(torch.zeros(0, 5, WIDTH), torch.zeros(0, 1, 1, 5)).shape == (0, WIDTH)


def test_heads_that_cannot_share_the_width_are_refused() -> None:
    with pytest.raises(ValueError, match="5 heads can share, got 16"):
        SetEncoder(width=WIDTH, layers=1, heads=5, dropout=0.0)
