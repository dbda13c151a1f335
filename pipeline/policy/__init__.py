"""The rules as data: `load` turns the folder `rules/` into a frozen Policy."""

from .describe import describe, overview
from .load import load
from .models import AdjustmentRow, Lights, SignalRow, SubcategoryRow, Table
from .patterns import PatternRule
from .policy import ANSWERS, RULINGS, Audience, Category, Cell, Marking, Policy, Signal

__all__ = [
    "ANSWERS",
    "RULINGS",
    "AdjustmentRow",
    "Audience",
    "Category",
    "Cell",
    "Lights",
    "Marking",
    "PatternRule",
    "Policy",
    "Signal",
    "SignalRow",
    "SubcategoryRow",
    "Table",
    "describe",
    "load",
    "overview",
]
