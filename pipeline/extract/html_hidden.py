"""Tell which elements of a page are not shown: by attribute, by inline style, by the page's own style sheets."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

UNSEEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|(?<![\w-])opacity\s*:\s*0(?:\.0+)?\s*(?:[;!}]|$)|"
    r"font-size\s*:\s*[01](?:px|pt|em|%)?\s*(?:[;!}]|$)|mso-hide\s*:\s*all|text-indent\s*:\s*-\d{3,}|"
    r"(?:left|top|margin-left)\s*:\s*-\d{4,}|(?<![\w-])color\s*:\s*(?:#fff(?:fff)?|white|transparent)\b|clip\s*:\s*rect\(\s*0",
    re.IGNORECASE,
)
RULE = re.compile(r"([^{}@;]{1,500})\{([^{}]{1,2000})\}")
MAX_RULES = 500


def is_hidden(attributes: dict[str, str | None]) -> bool:
    """Whether the element itself says that it is not shown. White text counts: the page may well be white."""
    style = attributes.get("style")
    return "hidden" in attributes or bool(style and UNSEEN_STYLE.search(style))


def hidden_nodes(tree: LexborHTMLParser) -> frozenset[int]:
    """Elements that a rule of an embedded style sheet hides (a mark on their text; it is read in any case)."""
    found: set[int] = set()
    rules = 0
    for sheet in tree.css("style"):
        for selector, body in RULE.findall(sheet.text()):
            if not UNSEEN_STYLE.search(body) or (rules := rules + 1) > MAX_RULES:
                continue
            found.update(node.mem_id for node in _select(tree, selector))
    return frozenset(found)


def _select(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    try:
        return tree.css(selector.strip())
    except Exception:  # noqa: BLE001 a selector that lexbor does not know hides nothing that is not read anyway
        return []
