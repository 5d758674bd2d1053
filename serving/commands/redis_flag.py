"""The flag `--redis` of every command that takes it, and the variable that it is read from else."""

from typing import Annotated, Final, TypeAlias

from cyclopts import Parameter

REDIS_VARIABLE: Final = "OUTFIT_REDIS_URL"
"""For an address that holds a password: whoever may list processes reads their command lines."""

RedisUrl: TypeAlias = Annotated[str | None, Parameter(env_var=REDIS_VARIABLE)]
"""Address of a Redis, `redis://[user:password@]host:port`; None where there is none."""
