from tests.fuzz.decoding import DECODERS, decode
from tests.fuzz.seeds import seeds


def test_every_kind_of_input_has_a_sound_seed():
    assert [seed[0] for seed in seeds()] == list(range(len(DECODERS) + 1))
    assert all(map(decode, seeds()))
