from serving.security.keys import ApiKey, Scope, key_of, new_secret, sha256_of

SECRETS = [new_secret() for _ in range(3)]
KEYS = [
    ApiKey(name=f"shop-{number}", sha256=sha256_of(secret), scopes=frozenset({Scope.READ}))
    for number, secret in enumerate(SECRETS)
]


def test_a_key_holds_256_bits_and_says_what_it_is():
    assert len(set(SECRETS)) == 3
    assert all(secret.startswith("outfit_") and len(secret) == 7 + 43 for secret in SECRETS)


def test_each_key_is_found_by_itself_alone():
    for secret, key in zip(SECRETS, KEYS, strict=True):
        assert key_of(secret, KEYS) is key


def test_what_is_no_key_finds_none():
    for secret in ("", SECRETS[0][:-1], SECRETS[0] + " ", new_secret(), KEYS[0].sha256, "é"):
        assert key_of(secret, KEYS) is None
    assert key_of(SECRETS[0], []) is None


def test_a_key_cannot_be_read_from_what_is_kept():
    assert SECRETS[0] not in repr(KEYS)
