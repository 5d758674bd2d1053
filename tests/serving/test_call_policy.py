"""The service config that a channel is given; what it does is in test_client."""

import json

from serving.call_policy import METHODS, CallPolicy


def configs(policy: CallPolicy) -> dict[str, dict]:
    """What holds for each method."""
    return {
        f"{name['service']}/{name['method']}": config
        for config in json.loads(policy.service_config())["methodConfig"]
        for name in config["name"]
    }


def test_every_method_that_may_be_repeated_has_a_deadline_and_is_repeated():
    found = configs(CallPolicy(deadline_s=2.5))
    for method in ("OutfitService/ScoreOutfits", "CatalogService/UpsertItems"):
        assert found[f"outfit.v1.{method}"]["timeout"] == "2.500000000s"
        assert found[f"outfit.v1.{method}"]["retryPolicy"] == {
            "maxAttempts": 5,
            "initialBackoff": "0.200000000s",
            "maxBackoff": "2.000000000s",
            "backoffMultiplier": 2,
            "retryableStatusCodes": ["UNAVAILABLE", "RESOURCE_EXHAUSTED", "CANCELLED"],
        }


def test_a_roll_back_is_not_repeated_and_a_stream_has_no_deadline():
    found = configs(CallPolicy())
    roll_back = found["outfit.v1.BundleService/RollBackBundle"]
    assert "retryPolicy" not in roll_back
    assert roll_back["timeout"] == "10.000000000s"
    assert "outfit.v1.OutfitService/StreamAnswers" not in found


def test_one_attempt_repeats_nothing():
    found = configs(CallPolicy(attempts=1))
    assert found
    assert not any("retryPolicy" in config for config in found.values())


def test_without_a_word_every_call_but_a_stream_has_a_deadline():
    found = configs(CallPolicy())
    assert {config["timeout"] for config in found.values()} == {"10.000000000s"}
    unary = [method for method in METHODS if not method.client_streaming]
    assert len(found) == len(unary) == len(METHODS) - 1


def test_a_channel_of_python_is_given_no_deadline_that_the_core_would_end_early():
    options = dict(CallPolicy().channel_options())
    told = json.loads(str(options["grpc.service_config"]))["methodConfig"]
    assert told
    assert not any("timeout" in config for config in told)
