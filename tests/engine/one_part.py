"""A search of one part, all of whose rows may answer."""

import numpy as np

from engine.index import PartitionedIndex
from engine.parts import Neighbours, Part


def search(index: PartitionedIndex, queries: np.ndarray, rows: np.ndarray, k: int) -> Neighbours:
    everyone = Part(queries=np.arange(len(queries)), rows=rows, allowed=None, k=k)
    return index.search_parts(queries, [everyone])
