"""Rewrites what is generated in a folder of rules: `python -m pipeline.policy [rules]`."""

import sys
from pathlib import Path

from .load import load
from .render import write

rules = Path(sys.argv[1] if len(sys.argv) > 1 else "rules")
write(rules, load(rules))
