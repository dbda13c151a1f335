"""Measures side by side, in one run: a figure without its yardstick says nothing."""
