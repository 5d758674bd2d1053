"""Node-wise graph network over the items of an outfit, and over a context and what it wants.

Source: "Dressing as a Whole" (NGNN), Cui et al. 2019, arXiv 1902.08009, with these corrections: the
weights of the Fashion Graph are used; an outfit may hold several items of one category; each
category adds a vector of its own, so that an item without content is known by its category; and
what is wanted joins the graph as a node.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional

from engine.items import ItemTokens
from engine.models.outfit_model import PlacedItems
from engine.models.zero import zero_last
from graph.category_groups import CategoryGroups
from graph.fashion_graph import FashionGraph
from graph.grouped_linear import GroupedRows
from graph.node_wise import NodeWiseNetwork
from graph.outfits import OutfitGraph

TEXTUAL = ("text", "words", "attributes")
CONSISTENCY_WEIGHT = 5.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nodes:
    """Items as the nodes of a graph.

    Args:
        vectors: item embeddings; for a wanted item, of its description.
        slot: of each, 0 where unknown.
        wanted: which nodes stand for what is wanted.
        rows: the nodes by their parameter groups.
        graph: the nodes by their outfits.
        weight: of each edge.
    """

    vectors: Float[Tensor, "nodes dim"]
    slot: Int[Tensor, " nodes"]
    wanted: Bool[Tensor, " nodes"]
    rows: GroupedRows
    graph: OutfitGraph
    weight: Float[Tensor, " edges"]


class Channel(nn.Module):
    """One node-wise network over some of the modalities.

    Args:
        columns: of item embeddings, those that it reads and those that it writes targets to.
        num_slots: with number 0 for the unknown one.
        network: reads as many numbers as there are columns.
        width: of the network's states.
    """

    columns: Int[Tensor, " columns"]

    def __init__(
        self, *, columns: list[int], num_slots: int, network: NodeWiseNetwork, width: int
    ) -> None:
        super().__init__()
        self.register_buffer("columns", torch.tensor(columns))
        self.network = network
        self.unseen = nn.Parameter(torch.randn(len(columns)))
        self.slot = nn.Embedding(num_slots, width)
        self.embedder = nn.Linear(width, len(columns), bias=False)

    def read(self, nodes: Nodes) -> Float[Tensor, "nodes width"]:
        """What the network makes of each node by itself, before its tanh.

        A wanted node is read as a learned vector and, where there is one, its description.
        """
        wanted = nodes.wanted[:, None].to(nodes.vectors.dtype)
        content = nodes.vectors[:, self.columns] * len(self.columns) ** 0.5
        first: Tensor = self.network.read(content + wanted * self.unseen, nodes.rows)
        slot: Tensor = self.slot(nodes.slot)
        return first + wanted * slot

    def states(self, nodes: Nodes) -> Float[Tensor, "nodes width"]:
        """What every node has become."""
        states: Tensor = self.network(self.read(nodes), nodes.rows, nodes.graph, nodes.weight)
        return states


class NodeWise(nn.Module):
    """A visual and a textual channel, or one of them where the items have no other modality.

    Args:
        widths: of the modalities in item embeddings, by name and in order.
        groups: which parameters each category has.
        fashion_graph: what weight each edge has.
        width: of node states.
        steps: of propagation.
        dropout: of first states.
    """

    def __init__(
        self,
        *,
        widths: Mapping[str, int],
        groups: CategoryGroups,
        fashion_graph: FashionGraph,
        width: int,
        steps: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.groups = groups
        self.fashion_graph = fashion_graph
        self.channels = nn.ModuleList()
        for columns in _channel_columns(widths):
            network = NodeWiseNetwork(
                inputs=len(columns),
                width=width,
                num_groups=groups.num_groups,
                steps=steps,
                dropout=dropout,
            )
            channel = Channel(
                columns=columns, num_slots=groups.num_slots, network=network, width=width
            )
            self.channels.append(channel)
        self.balance = nn.Parameter(torch.zeros(len(self.channels)))

    def start_at_zero(self) -> None:
        """Let nothing be added until something is learned."""
        for channel in self._channels():
            zero_last(channel.network.score, channel.embedder)

    def logit(self, items: PlacedItems) -> Float[Tensor, " outfits"]:
        """The channels' logits in learned shares: beta visual + (1 - beta) textual."""
        nodes = self._nodes(items, wanted=torch.zeros_like(items.mask))
        logits = [
            channel.network.logit(channel.states(nodes), nodes.graph)
            for channel in self._channels()
        ]
        return self.balance.softmax(0) @ torch.stack(logits)

    def target(self, context: PlacedItems, wanted: ItemTokens) -> Float[Tensor, "outfits dim"]:
        """What the node of the wanted item has become, each channel in its own columns."""
        joined = _joined(context, wanted)
        is_wanted = functional.pad(torch.zeros_like(context.mask), (0, 1), value=True)
        nodes = self._nodes(joined, wanted=is_wanted)
        target = torch.zeros_like(wanted.vectors)
        for channel in self._channels():
            state = channel.states(nodes)[nodes.wanted]
            target = target.index_copy(1, channel.columns, channel.embedder(state))
        return target

    def regularisation(self, items: PlacedItems) -> Float[Tensor, " outfits"]:
        """How far the channels are from reading the same, in an outfit's items that have both."""
        if len(self.channels) == 1:
            return items.vectors.new_zeros(len(items.mask))
        has = [(items.vectors[..., channel.columns] != 0).any(-1) for channel in self._channels()]
        both = PlacedItems(
            category=items.category,
            slot=items.slot,
            vectors=items.vectors,
            mask=items.mask & has[0] & has[1],
        )
        nodes = self._nodes(both, wanted=torch.zeros_like(both.mask))
        visual, textual = (channel.read(nodes) for channel in self._channels())
        difference = (visual - textual).square().mean(1)
        apart = difference.new_zeros(both.mask.shape)
        apart[both.mask] = difference
        return CONSISTENCY_WEIGHT * apart.sum(1) / both.mask.sum(1).clamp(min=1)

    def _channels(self) -> list[Channel]:
        return [cast("Channel", channel) for channel in self.channels]

    def _nodes(self, items: PlacedItems, *, wanted: Bool[Tensor, "outfits items"]) -> Nodes:
        graph = OutfitGraph.of(items.mask)
        category, slot = items.category[items.mask], items.slot[items.mask]
        return Nodes(
            vectors=items.vectors[items.mask],
            slot=slot,
            wanted=wanted[items.mask],
            rows=GroupedRows.of(self.groups(category, slot), self.groups.num_groups),
            graph=graph,
            weight=self.fashion_graph(category, graph),
        )


def _channel_columns(widths: Mapping[str, int]) -> list[list[int]]:
    """Columns of the visual and of the textual modalities; of item embeddings without any, one."""
    names = [name for name, width in widths.items() for _ in range(width)]
    visual = [column for column, name in enumerate(names) if name not in TEXTUAL]
    textual = [column for column, name in enumerate(names) if name in TEXTUAL]
    return [columns for columns in (visual, textual) if columns] or [[0]]


def _joined(context: PlacedItems, wanted: ItemTokens) -> PlacedItems:
    """Each context with what it wants in one place more."""
    return PlacedItems(
        category=torch.cat([context.category, wanted.category[:, None]], dim=1),
        slot=torch.cat([context.slot, wanted.slot[:, None]], dim=1),
        vectors=torch.cat([context.vectors, wanted.vectors[:, None]], dim=1),
        mask=torch.cat([context.mask, torch.ones_like(context.mask[:, :1])], dim=1),
    )
