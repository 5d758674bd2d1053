"""Who may make which call, and how often."""

from collections.abc import Iterable
from typing import Final

from data.errors import ForbiddenError, RateLimitError, UnauthenticatedError
from serving.security.key_file import KeyFile
from serving.security.keys import ApiKey, Scope, key_of
from serving.security.rate_limit import RateLimits

AUTHORIZATION: Final = "authorization"
BEARER: Final = "bearer"

SCOPES: Final = {
    "/outfit.v1.OutfitService/ScoreOutfits": Scope.READ,
    "/outfit.v1.OutfitService/FillInTheBlank": Scope.READ,
    "/outfit.v1.OutfitService/RetrieveComplements": Scope.READ,
    "/outfit.v1.OutfitService/EmbedTarget": Scope.READ,
    "/outfit.v1.OutfitService/ExplainOutfit": Scope.READ,
    "/outfit.v1.OutfitService/StreamAnswers": Scope.READ,
    "/outfit.v1.CatalogService/BatchGetItems": Scope.READ,
    "/outfit.v1.CatalogService/ListCategories": Scope.READ,
    "/outfit.v1.CatalogService/UpsertItems": Scope.WRITE,
    "/outfit.v1.CatalogService/DeleteItems": Scope.WRITE,
}
"""The scope of each method; whatever else there is needs `operate`."""


def scope_of(method: str) -> Scope:
    """The scope that a method needs, by its full name (`/outfit.v1.OutfitService/ScoreOutfits`)."""
    return SCOPES.get(method, Scope.OPERATE)


class Access:
    """Decides over every call.

    Args:
        keys: that are accepted; None lets everybody make the calls that are not switched off.
        limits: how often a key may ask; None sets no bound.
        operator_calls: false refuses what needs the scope `operate`, to everybody.
    """

    def __init__(
        self, *, keys: KeyFile | None, limits: RateLimits | None, operator_calls: bool
    ) -> None:
        self._keys, self._limits, self._operator_calls = keys, limits, operator_calls

    def caller(self, method: str, metadata: Iterable[tuple[str, str | bytes]]) -> str:
        """The name of the key that a call bears, empty where none is needed.

        Raises:
            UnauthenticatedError: it bears none that is known.
            ForbiddenError: the key lacks the scope of the method, or the method is switched off.
        """
        scope = scope_of(method)
        key = None if self._keys is None else _shown(self._keys, metadata)
        if key is not None and scope not in key.scopes:
            raise ForbiddenError(f"the key {key.name} lacks the scope {scope}")
        if scope is Scope.OPERATE and not self._operator_calls:
            raise ForbiddenError("operator calls are switched off")
        return "" if key is None else key.name

    def wait_s(self, caller: str) -> float:
        """Count one request: 0 where the caller may ask now, else seconds until it may."""
        return self._limits.take(caller) if self._limits is not None else 0.0

    def count(self, caller: str) -> None:
        """Count one request; raises RateLimitError where the caller may not ask now."""
        wait_s = self.wait_s(caller)
        if wait_s:
            raise RateLimitError(f"the key {caller} asks too often", retry_after_s=wait_s)


def _shown(keys: KeyFile, metadata: Iterable[tuple[str, str | bytes]]) -> ApiKey:
    """The known key among what a call bears; raises UnauthenticatedError."""
    shown = [value for name, value in metadata if name == AUTHORIZATION]
    if len(shown) != 1:
        raise UnauthenticatedError(f"the call bears {len(shown)} keys")
    kind, _, secret = str(shown[0]).partition(" ")
    key = key_of(secret, keys.current()) if kind.lower() == BEARER else None
    if key is None:
        raise UnauthenticatedError("the call bears a key that is none")
    return key
