from hypothesis import given, settings
from hypothesis import strategies as st

from engine.sharded_map import NUM_SHARDS, ShardedMap

KEYS = st.integers(0, 20).map(str)
STEPS = st.lists(
    st.dictionaries(KEYS, st.integers(0, 9), max_size=4) | st.sets(KEYS, max_size=4), max_size=8
)


@settings(max_examples=40)
@given(STEPS)
def test_a_map_is_a_plain_dict_and_its_predecessors_stay(steps) -> None:
    sharded, plain, kept = ShardedMap[int](), dict[str, int](), []
    for step in steps:
        kept.append((sharded, dict(plain)))
        if isinstance(step, dict):
            sharded = sharded.with_items(step.items())
            plain |= step
        else:
            sharded = sharded.without(step)
            plain = {key: value for key, value in plain.items() if key not in step}
    kept.append((sharded, plain))
    for one, expected in kept:
        assert dict(one) == expected
        assert len(one) == len(expected)
        assert all((str(key) in one) == (str(key) in expected) for key in range(21))
        changed = sharded.since(one)
        differing = {key for key in {*plain, *expected} if plain.get(key) != expected.get(key)}
        assert differing <= set(changed)
        assert all(plain.get(key) == value for key, value in changed.items())


def test_a_successor_shares_every_part_but_that_of_the_key() -> None:
    many = ShardedMap[int]().with_items((str(number), number) for number in range(5_000))
    for one in (many.with_items([("7", 0)]), many.without(["7"])):
        shared = sum(here is there for here, there in zip(many._shards, one._shards, strict=True))
        assert shared == NUM_SHARDS - 1
        assert list(one.since(many)) == ["7"]
    assert many.without(["never"]).since(many) == {}
