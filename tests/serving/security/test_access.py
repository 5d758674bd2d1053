from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

import serving.pb.outfit.v1
from data.errors import ForbiddenError, RateLimitError, UnauthenticatedError
from serving.security.access import SCOPES, Access, scope_of
from serving.security.key_file import KeyFile, write_keys
from serving.security.keys import ApiKey, Scope, new_secret, sha256_of
from serving.security.rate_limit import RateLimit, RateLimits

METHODS = {
    Scope.READ: "/outfit.v1.OutfitService/ScoreOutfits",
    Scope.WRITE: "/outfit.v1.CatalogService/UpsertItems",
    Scope.OPERATE: "/outfit.v1.BundleService/ActivateBundle",
}
SECRET = new_secret()


def access(tmp_path: Path, *scopes: Scope, operator_calls: bool = True) -> Access:
    """Access with one key."""
    key = ApiKey(name="shop", sha256=sha256_of(SECRET), scopes=frozenset(scopes))
    write_keys(tmp_path / "keys.json", [key])
    return Access(
        keys=KeyFile(tmp_path / "keys.json"),
        limits=RateLimits(RateLimit(rate=0.5, burst=2), clock=lambda: 0.0),
        operator_calls=operator_calls,
    )


def bearer(secret: str, *, name: str = "authorization", kind: str = "Bearer") -> tuple[str, str]:
    return name, f"{kind} {secret}"


def contract_methods() -> set[str]:
    """Full names of all methods of all services of the contract."""
    package = serving.pb.outfit.v1
    modules = [
        import_module(f"{package.__name__}.{found.name}")
        for found in iter_modules(package.__path__)
        if found.name.endswith("_pb2")
    ]
    services = [service for one in modules for service in one.DESCRIPTOR.services_by_name.values()]
    return {
        f"/{service.full_name}/{method.name}" for service in services for method in service.methods
    }


def test_every_method_has_the_scope_of_its_kind():
    for method in contract_methods():
        service = method.split("/")[1].removeprefix("outfit.v1.")
        expected = {"OutfitService": {Scope.READ}, "BundleService": {Scope.OPERATE}}
        assert scope_of(method) in expected.get(service, {Scope.READ, Scope.WRITE})
        assert (method in SCOPES) == (service != "BundleService")


def test_a_method_that_nobody_thought_of_needs_the_scope_operate():
    assert scope_of("/outfit.v1.OutfitService/DropEverything") is Scope.OPERATE
    assert scope_of("/outfit.v2.OutfitService/ScoreOutfits") is Scope.OPERATE


@pytest.mark.parametrize("scope", Scope)
def test_a_key_opens_the_methods_of_its_scopes_alone(tmp_path: Path, scope: Scope):
    gate = access(tmp_path, scope)
    for needed, method in METHODS.items():
        if needed is scope:
            assert gate.caller(method, [bearer(SECRET)]) == "shop"
        else:
            with pytest.raises(ForbiddenError, match=f"shop lacks the scope {needed}"):
                gate.caller(method, [bearer(SECRET)])


@pytest.mark.parametrize(
    "metadata",
    [
        [],
        [bearer(new_secret())],
        [bearer(SECRET + "x")],
        [bearer("")],
        [bearer(SECRET, kind="Basic")],
        [bearer(SECRET, kind="")],
        [bearer(SECRET, name="x-api-key")],
        [bearer(SECRET), bearer(SECRET)],
        [("authorization", SECRET)],
    ],
)
def test_a_call_without_a_known_key_is_not_let_in(tmp_path: Path, metadata: list[tuple[str, str]]):
    gate = access(tmp_path, *Scope)
    with pytest.raises(UnauthenticatedError) as caught:
        gate.caller(METHODS[Scope.READ], metadata)
    assert SECRET not in str(caught.value)


def test_the_word_bearer_may_be_written_in_any_case(tmp_path: Path):
    gate = access(tmp_path, *Scope)
    assert gate.caller(METHODS[Scope.READ], [bearer(SECRET, kind="bEARER")]) == "shop"


def test_a_key_that_is_taken_away_is_refused_at_once(tmp_path: Path):
    gate = access(tmp_path, *Scope)
    assert gate.caller(METHODS[Scope.READ], [bearer(SECRET)])
    write_keys(tmp_path / "keys.json", [])
    with pytest.raises(UnauthenticatedError):
        gate.caller(METHODS[Scope.READ], [bearer(SECRET)])


def test_operator_calls_that_are_switched_off_are_refused_to_the_best_key(tmp_path: Path):
    gate = access(tmp_path, *Scope, operator_calls=False)
    assert gate.caller(METHODS[Scope.WRITE], [bearer(SECRET)]) == "shop"
    with pytest.raises(ForbiddenError, match="switched off"):
        gate.caller(METHODS[Scope.OPERATE], [bearer(SECRET)])


def test_whether_operator_calls_are_on_is_not_told_to_those_without_a_key(tmp_path: Path):
    gate = access(tmp_path, *Scope, operator_calls=False)
    with pytest.raises(UnauthenticatedError):
        gate.caller(METHODS[Scope.OPERATE], [])


def test_without_keys_everybody_may_do_what_is_switched_on():
    gate = Access(keys=None, limits=None, operator_calls=False)
    assert gate.caller(METHODS[Scope.WRITE], [bearer(SECRET)]) == ""
    with pytest.raises(ForbiddenError):
        gate.caller(METHODS[Scope.OPERATE], [])
    gate.count("")


def test_too_many_requests_say_when_the_next_may_come(tmp_path: Path):
    gate = access(tmp_path, Scope.READ)
    gate.count("shop")
    gate.count("shop")
    with pytest.raises(RateLimitError) as caught:
        gate.count("shop")
    assert caught.value.retry_after_s == 2
    gate.count("another")
