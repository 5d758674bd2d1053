"""A map that is never changed, only succeeded by others that share most of it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Generic, TypeVar

NUM_SHARDS: Final = 1024
Value = TypeVar("Value")


class ShardedMap(Mapping[str, Value], Generic[Value]):
    """A successor copies one part in 1024 for each key that it changes."""

    def __init__(self, shards: tuple[dict[str, Value], ...] | None = None) -> None:
        self._shards = ({},) * NUM_SHARDS if shards is None else shards

    def __len__(self) -> int:
        """Number of keys."""
        return sum(map(len, self._shards))

    def __iter__(self) -> Iterator[str]:
        """Every key, in no order."""
        for shard in self._shards:
            yield from shard

    def __getitem__(self, key: str) -> Value:
        return self._shards[hash(key) % NUM_SHARDS][key]

    def get(self, key: str, default: Any = None) -> Value | Any:
        """The value under a key, else the default; many lookups of each question come here."""
        return self._shards[hash(key) % NUM_SHARDS].get(key, default)

    def __contains__(self, key: Any) -> bool:
        return key in self._shards[hash(key) % NUM_SHARDS]

    def with_items(self, items: Iterable[tuple[str, Value]]) -> "ShardedMap[Value]":
        """The map with these values under their keys, the last of a key counts."""
        shards, copied = list(self._shards), set[int]()
        for key, value in items:
            number = hash(key) % NUM_SHARDS
            if number not in copied:
                shards[number] = dict(shards[number])
                copied.add(number)
            shards[number][key] = value
        return ShardedMap(tuple(shards))

    def without(self, keys: Iterable[str]) -> "ShardedMap[Value]":
        """The map without these keys; those that it does not hold change nothing."""
        shards = list(self._shards)
        for key in keys:
            number = hash(key) % NUM_SHARDS
            if key in shards[number]:
                shards[number] = {k: v for k, v in shards[number].items() if k != key}
        return ShardedMap(tuple(shards))

    def since(self, earlier: "ShardedMap[Value]") -> dict[str, Value | None]:
        """What another object stands under than in `earlier`, by key; None where nothing does."""
        changed: dict[str, Value | None] = {}
        for now, then in zip(self._shards, earlier._shards, strict=True):
            if now is not then:
                changed |= {key: one for key, one in now.items() if then.get(key) is not one}
                changed |= dict.fromkeys(then.keys() - now.keys())
        return changed
