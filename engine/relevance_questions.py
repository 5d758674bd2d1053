"""Queries with the item that was worn and random items of the wanted kind, for relevance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int, Int64
from torch import Tensor

from engine.frozen_model import FrozenModel
from engine.items import ItemFeatures, ItemTokens
from engine.model_scorer import encode_items
from graph.outfits import pad_outfits

BY_SLOT, BY_WORDS = 0.25, 0.25
"""Share of queries that name a coarse slot alone; share of queries that come with words."""
ROUNDS, BATCH = 8, 1024


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RelevanceQuestions:
    """Queries and the similarity of items to them.

    Args:
        targets: the unit vector of each query.
        wanted: what each asks for.
        similarities: to the item that was worn, then to stand-ins.
        valid: false where a stand-in is of the outfit itself.
    """

    targets: Float[Tensor, "queries dim"]
    wanted: ItemTokens
    similarities: Float[Tensor, "queries items"]
    valid: Bool[Tensor, "queries items"]

    def __len__(self) -> int:
        """Number of queries."""
        return len(self.targets)

    def take(self, chosen: Int[Tensor, " chosen"]) -> "RelevanceQuestions":
        """Some of the queries."""
        return RelevanceQuestions(
            targets=self.targets[chosen],
            wanted=self.wanted.take(chosen),
            similarities=self.similarities[chosen],
            valid=self.valid[chosen],
        )


def draw_questions(
    frozen: FrozenModel,
    outfits: Sequence[Int64[np.ndarray, " _"]],
    *,
    num_stand_ins: int,
    most: int,
    seed: int,
) -> RelevanceQuestions:
    """At most `most` queries, and `ROUNDS` an outfit; each blanks a random item.

    Stand-ins are drawn from all items of the wanted category, where the query names one, else of
    the coarse slot, else from all.

    Raises:
        ValueError: no outfit holds two items.
    """
    rng = np.random.default_rng(seed)
    fit = [outfit for outfit in outfits if len(outfit) > 1]
    if not fit:
        raise ValueError("expected an outfit of two items or more")
    order = np.concatenate([rng.permutation(len(fit)) for _ in range(ROUNDS)])[:most]
    chosen = [rng.permutation(fit[number]) for number in order]
    answers = np.array([outfit[0] for outfit in chosen])
    wish = rng.uniform(size=(2, len(chosen)))
    wanted = _wished(frozen.features, answers, by_slot=wish[0] < BY_SLOT, worded=wish[1] < BY_WORDS)
    stand_ins = _stand_ins(frozen.features, wanted, rng.uniform(size=(len(chosen), num_stand_ins)))
    candidates = np.column_stack([answers, stand_ins])
    valid = np.array(
        [~np.isin(row, outfit) for row, outfit in zip(candidates, chosen, strict=True)]
    )
    valid[:, 0] = True
    contexts = [outfit[1:] for outfit in chosen]
    return _measured(frozen, contexts, wanted, candidates=candidates, valid=valid)


def _wished(
    features: ItemFeatures,
    answers: Int64[np.ndarray, " queries"],
    *,
    by_slot: Bool[np.ndarray, " queries"],
    worded: Bool[np.ndarray, " queries"],
) -> ItemFeatures:
    """The answers, as far as the wish tells of them."""
    known = features.take(torch.from_numpy(answers))
    hidden = torch.from_numpy(by_slot)
    return known.without_category(hidden).without_content(torch.from_numpy(~worded))


def _stand_ins(
    features: ItemFeatures,
    wanted: ItemFeatures,
    uniform: Float[np.ndarray, "queries stand_ins"],
) -> Int64[np.ndarray, "queries stand_ins"]:
    """Rows drawn evenly among the items that a search for the wish would look at."""
    category, slot = features.category.cpu().numpy(), features.slot.cpu().numpy()
    drawn = np.empty(uniform.shape, np.int64)
    kinds = np.column_stack([wanted.category.cpu().numpy(), wanted.slot.cpu().numpy()])
    for kind in np.unique(kinds, axis=0):
        here = (kinds == kind).all(1)
        pool = np.arange(len(category))
        if kind.any():
            pool = np.flatnonzero(category == kind[0] if kind[0] else slot == kind[1])
        drawn[here] = pool[(uniform[here] * len(pool)).astype(np.int64)]
    return drawn


@torch.inference_mode()
def _measured(
    frozen: FrozenModel,
    contexts: Sequence[Int64[np.ndarray, " _"]],
    wished: ItemFeatures,
    *,
    candidates: Int64[np.ndarray, "queries items"],
    valid: Bool[np.ndarray, "queries items"],
) -> RelevanceQuestions:
    wanted = encode_items(frozen.model, wished)
    device = wanted.vectors.device
    targets, similarities = [], []
    for start in range(0, len(contexts), BATCH):
        here = slice(start, start + BATCH)
        numbers = torch.arange(len(contexts))[here].to(device)
        asked, found = contexts[here], candidates[here]
        rows, inverse = np.unique(np.concatenate([found.ravel(), *asked]), return_inverse=True)
        tokens = encode_items(frozen.model, frozen.features, torch.from_numpy(rows))
        ends = np.cumsum([found.size, *(len(each) for each in asked)])
        places, *context_places = np.split(inverse, ends[:-1])
        batch = pad_outfits(context_places).to(device)
        target = frozen.model.embed_target(tokens, batch, wanted.take(numbers))
        items = tokens.vectors[torch.from_numpy(places.reshape(found.shape)).to(device)]
        targets.append(target)
        similarities.append((items * target[:, None]).sum(-1))
    kept = torch.from_numpy(np.flatnonzero(valid[:, 1:].any(1))).to(device)
    return RelevanceQuestions(
        targets=torch.cat(targets),
        wanted=wanted,
        similarities=torch.cat(similarities),
        valid=torch.from_numpy(valid).to(device),
    ).take(kept)
