"""Names of precisions, apart from torch so that the command line can offer them at once."""

from typing import Literal, TypeAlias

Precision: TypeAlias = Literal["float32", "bfloat16"]
