import torch

from engine.state import State, join_states


def test_joined_states_part_again_also_where_names_begin_alike() -> None:
    one = State(tensors={"a/b": torch.ones(2)}, scalars={"n": 1})
    other = State(tensors={"a": torch.zeros(1)}, scalars={"n": [2]})
    joined = join_states({"x": one, "x2": other})
    assert len(joined.tensors) == len(joined.scalars) == 2
    assert joined.part("x").tensors.keys() == {"a/b"}
    assert joined.part("x").scalars == {"n": 1}
    assert joined.part("x2").tensors["a"].equal(torch.zeros(1))
    assert joined.part("x2").scalars == {"n": [2]}
    assert not joined.part("y").tensors
