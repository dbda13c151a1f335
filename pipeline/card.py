"""Writes the model card from the figures that training measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_HEADLINE = {
    "macro_f1": "macro-F1 of the category",
    "accuracy": "verdict accuracy",
    "hold_miss": "held back, called shareable",
    "miss": "not shareable, called shareable",
    "burden": "shareable, flagged",
    "f2": "F2 of flagging",
    "balanced_accuracy": "balanced accuracy of flagging",
}
_OPENING = """\
# Model card: the classifier

Two stages of logistic regressions, one per information category and one for none of them. The first sees TF-IDF of
words, hand-written concepts of the field and the direction that the words mean together, and closes what surely carries
nothing. The second also sees the direction that a sentence encoder gives the passage, and judges the rest. They
suspect; matchers, context and rules decide with them.

## What it learnt from
"""
_LIMITS = """\
## Where it ends
- The words of a category do not carry over from one source to the next: on text of sources unlike the written voices it
  does clearly worse than the figures above, which are of invented text. Measure it on your own documents with
  `sharelight model evaluate --data FILE` before relying on it.
- English only: of a passage in another language its silence says nothing.
- It sees one passage, not who wrote it or whether a model is out: deployment state, consent and publication are read
  from words and registers elsewhere.
- The cuts trade work against leaks. They were chosen for few held-back passages among the shareable, within a bound on
  flagged shareable ones. On general technical prose it flags several passages in a hundred.
- The encoder is all-MiniLM-L6-v2 (Apache-2.0) as published, stored as int8; it reads the first 128 word pieces of a
  passage. Word meanings come from it, too: each word by itself, centred, reduced to 128 dimensions. What that model
  associates, this one associates.
"""


def card(metrics: Mapping[str, Any]) -> str:
    """The card in Markdown. `metrics` is what `metrics.json` holds."""
    trained = metrics["trained_on"]
    return "\n".join(
        [
            _OPENING + f"{trained['passages']} written passages in {len(trained['voices'])} voices, "
            f"{trained['real']['passages']} labelled passages of public text from {trained['real']['repositories']} "
            f"repositories (`corpus/real`, by reference), and {trained['ordinary']} paragraphs of descriptions and "
            "docstrings of installed packages as examples of none.\n",
            "## How well it does, alone, on what it has not seen\n",
            "Voices and repositories were left out of training, calibration and cuts; brackets are 95 % intervals over",
            "passages. The last column is of held-out passages of voices and repositories that it has read.\n",
            *_headline(metrics),
            _first_stage(metrics),
            "\n| category | n | precision | recall | F1 |\n|---|---|---|---|---|",
            *_categories(metrics["unseen_voices"]["categories"]),
            "\n| voice left out | macro-F1 | verdict accuracy | held back, called shareable |\n|---|---|---|---|",
            *_voices(metrics["voices"]),
            "\n" + _LIMITS,
        ]
    )


def _first_stage(metrics: Mapping[str, Any]) -> str:
    share = metrics["first_stage"]
    return (
        f"\nOf what it has not seen, the first stage closes {share['closes']:.0%} of the passages that carry "
        f"nothing, and {share['loses']:.2%} of those that should not be shareable."
    )


def _headline(metrics: Mapping[str, Any]) -> list[str]:
    columns = {"unseen voices": "unseen_voices", "unseen repositories": "unseen_repositories", "same": "same_voices"}
    there = {title: metrics[key] for title, key in columns.items() if metrics.get(key)}
    rows = [f"| | {' | '.join(there)} |", "|---" * (1 + len(there)) + "|"]
    for name, words in _HEADLINE.items():
        rows.append(f"| {words} | {' | '.join(_with_interval(figures, name) for figures in there.values())} |")
    return rows


def _with_interval(figures: Mapping[str, Any], name: str) -> str:
    low, high = figures["intervals"][name]
    return f"{figures[name]:.3f} ({low:.3f}–{high:.3f})"


def _categories(categories: Mapping[str, Mapping[str, float]]) -> list[str]:
    return [
        f"| `{name}` | {c['n']} | {c['precision']:.2f} | {c['recall']:.2f} | {c['f1']:.2f} |"
        for name, c in sorted(categories.items())
    ]


def _voices(voices: Mapping[str, Mapping[str, float]]) -> list[str]:
    return [
        f"| {name} | {f['macro_f1']:.3f} | {f['accuracy']:.3f} | {f['hold_miss']:.3f} |" for name, f in voices.items()
    ]
