"""Attention of the tokens of a set to each other, without regard to their order.

Source: Vaswani et al. 2017, arXiv 1706.03762, sections 3.2 and 3.3; each part of a layer reads
normalised tokens, Xiong et al. 2020, arXiv 2002.04745, figure 1 (b).
"""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional


class SetEncoder(nn.Module):
    """What the first token of each set has become after the last layer, where it alone asks.

    Args:
        width: of tokens, a multiple of `heads`.
        layers: at least one.
        heads: of each layer.
        dropout: of attention weights and of what every part of a layer adds.

    Raises:
        ValueError: the heads cannot share the width.
    """

    def __init__(self, *, width: int, layers: int, heads: int, dropout: float) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"expected a width that {heads} heads can share, got {width}")
        self.layers = nn.ModuleList(
            SetLayer(width=width, heads=heads, dropout=dropout) for _ in range(layers)
        )

    def forward(
        self,
        tokens: Float[Tensor, "sets tokens width"],
        bias: Float[Tensor, "sets #heads #tokens tokens"],
    ) -> Float[Tensor, "sets width"]:
        """Encode each set.

        Args:
            tokens: of the sets.
            bias: added to what one token, a row, makes of another; minus infinity hides the other.
        """
        *before, last = self.layers
        for layer in before:
            tokens = layer(tokens, bias)
        first: Tensor = last(tokens, bias[:, :, :1], num_asking=1)
        return first[:, 0]


class SetLayer(nn.Module):
    """Attention, then a map of each token by itself; arguments as of `SetEncoder`."""

    def __init__(self, *, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.attention = Attention(width=width, heads=heads, dropout=dropout)
        self.feed = nn.Sequential(
            nn.Linear(width, 4 * width),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(4 * width, width),
        )
        self.norm_attention = nn.LayerNorm(width)
        self.norm_feed = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self,
        tokens: Float[Tensor, "sets tokens width"],
        bias: Float[Tensor, "sets #heads #asking tokens"],
        num_asking: int | None = None,
    ) -> Float[Tensor, "sets asking width"]:
        """What the first `num_asking` tokens become, all of them where it is None."""
        heard = self.attention(self.norm_attention(tokens), bias, num_asking)
        tokens = tokens[:, :num_asking] + self.dropout(heard)
        following: Tensor = tokens + self.dropout(self.feed(self.norm_feed(tokens)))
        return following


class Attention(nn.Module):
    """Multi-head scaled dot-product attention; arguments as of `SetEncoder`."""

    def __init__(self, *, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.hidden = heads, dropout
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)
        bound = (6 / (width + 3 * width)) ** 0.5  # Glorot's, of the three maps taken as one
        for linear in (self.query, self.key_value):
            nn.init.uniform_(linear.weight, -bound, bound)
        for linear in (self.query, self.key_value, self.out):
            nn.init.zeros_(linear.bias)

    def forward(
        self,
        tokens: Float[Tensor, "sets tokens width"],
        bias: Float[Tensor, "sets #heads #asking tokens"],
        num_asking: int | None,
    ) -> Float[Tensor, "sets asking width"]:
        """What the first `num_asking` tokens hear of all."""
        query = self._by_head(self.query(tokens[:, :num_asking]))
        key, value = (self._by_head(part) for part in self.key_value(tokens).chunk(2, dim=-1))
        heard = functional.scaled_dot_product_attention(
            query, key, value, bias, dropout_p=self.hidden if self.training else 0.0
        )
        joined: Tensor = self.out(heard.transpose(1, 2).flatten(2))
        return joined

    def _by_head(
        self, x: Float[Tensor, "sets tokens width"]
    ) -> Float[Tensor, "sets heads tokens part"]:
        parts: Tensor = x.view(*x.shape[:2], self.heads, x.shape[2] // self.heads)
        return parts.transpose(1, 2)
