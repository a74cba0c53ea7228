"""How a data set is: sizes, balance, shapes, what a model would learn worst from it, and whether it is enough."""

from ftcore.dataset.health.enough import Advice, advise
from ftcore.dataset.health.examination import examine
from ftcore.dataset.health.values import Balance, Bar, Count, Finding, Health, Spread, Systems

__all__ = ["Advice", "Balance", "Bar", "Count", "Finding", "Health", "Spread", "Systems", "advise", "examine"]
