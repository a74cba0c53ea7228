"""What texts mean, as vectors: which rows are similar, which are like nothing else, and a map of them all. Offline."""

from ftcore.dataset.meaning.map import MOST_POINTS, Map, draw_map
from ftcore.dataset.meaning.outliers import Misplaced, find_misplaced, find_outliers
from ftcore.dataset.meaning.regions import Region, find_regions
from ftcore.dataset.meaning.vectors import MeaningError, Updated, Vectors
from ftcore.embedding import DIMENSIONS, embed

__all__ = [
    "DIMENSIONS",
    "MOST_POINTS",
    "Map",
    "MeaningError",
    "Misplaced",
    "Region",
    "Updated",
    "Vectors",
    "draw_map",
    "embed",
    "find_misplaced",
    "find_outliers",
    "find_regions",
]
