"""Read HTML: what a reader sees, block by block, and everything that the page holds without showing it."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline.extract import charset
from pipeline.extract.html_attributes import DATA_URI, Attributes
from pipeline.extract.html_flow import Flow
from pipeline.extract.html_hidden import hidden_nodes, is_hidden
from pipeline.extract.html_script import builds_text
from pipeline.extract.parts import PartBuilder
from pipeline.limits import Limits
from pipeline.types import Blob, Gap, Notice, Part

META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.+-]{2,40})", re.IGNORECASE)
XML_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w:.+-]{2,40})", re.IGNORECASE)
OPENED = re.compile(r"<(?:html|body|frameset)[\s>]", re.IGNORECASE)
IN_A_TAG = re.compile(r"<[a-z/!][^<>]*$")
LAST_LINE = re.compile(r"</[a-z0-9]+>\s*\n\s*$")  # written by hand, and ended like a text file
TAIL = 20_000
WORD = re.compile(r"[^\W_]{4,}")
CODE = frozenset({"script", "style"})
CSS_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?")
UNSEEN = frozenset({"template", "noscript", "datalist", "noframes", "noembed"})
STRETCH = re.compile(r"<[^<>]*>?|[^<]+")
DROPPED = re.compile(
    r"</[^\s>]+\s+[^\s>]|<\?(?!xml\s)|<!DOCTYPE(?=[^>]*[\"'])(?![^>]*(?:W3C|WAPFORUM|about:legacy))", re.IGNORECASE
)
DOCTYPE = frozenset(
    {"doctype", "html", "html4", "xhtml", "xhtml1", "public", "transitional", "strict", "loose", "http", "cdata"}
)

Step = tuple[LexborNode, bool, bool]


def extract(blob: Blob, limits: Limits) -> Iterator[Part | Gap | Blob | Notice]:
    """The page's parts, hidden ones included; embedded data as children; nothing is fetched and no script is run."""
    labels = XML_ENCODING.findall(blob.data[:1024]) + META_CHARSET.findall(blob.data[:8192])
    decoded = charset.decode(blob.data, *(label.decode("ascii") for label in labels))
    if decoded.doubt:
        yield Gap(stage="extract", code="encoding_uncertain", path="body", detail=decoded.doubt)
    yield from _page(decoded.text)
    if decoded.other:
        yield Part(kind="body", path="other-encoding", text=decoded.other, visibility="hidden")


def _page(source: str) -> Iterator[Part | Gap | Blob | Notice]:
    page = Page()
    page.read(source)
    parts = list(page.parts())
    yield from parts
    yield from page.attributes.children()
    if left := _left_over(source, parts, page.attributes.names):
        yield Part(kind="metadata", path="left-over", text=left, visibility="hidden")
    if _is_cut(source):
        yield Gap(stage="extract", code="truncated", path="body", detail="the page is opened and never closed")
    yield from page.attributes.notices()
    if page.scripts:
        yield Notice(code="scripts", path="scripts", visibility="hidden", detail=f"{len(page.scripts)} not run")
    if any(part.path == "hidden" for part in parts):
        yield Notice(code="hidden_part", path="hidden", visibility="hidden")
    if why := builds_text(page.body.words, page.scripts, page.attributes.script_sources):
        yield Gap(stage="extract", code="script_built", path="body", detail=why)


def _is_cut(source: str) -> bool:
    """Whether the end is missing: a page that opens <html> and does not close it, or ends inside a tag."""
    tail = source[-TAIL:].lower()
    whole = any(mark in tail for mark in ("</html", "</body", "</frameset")) or LAST_LINE.search(tail) is not None
    return (not whole and OPENED.search(source) is not None) or IN_A_TAG.search(tail) is not None


class Page:
    """Collects one page, walking its tree without recursion."""

    def __init__(self) -> None:
        self.body = Flow(PartBuilder(kind="body", path="body"))
        self.hidden = Flow(PartBuilder(kind="body", path="hidden", visibility="hidden"))
        self.comments = PartBuilder(kind="comment", path="comments", visibility="hidden")
        self.code = PartBuilder(kind="code", path="scripts", visibility="hidden")
        self.attributes = Attributes()
        self.scripts: list[str] = []

    def parts(self) -> Iterator[Part]:
        self.body.flush()
        self.hidden.flush()
        for builder in (self.body.builder, self.hidden.builder, self.comments, self.code):
            yield from builder.parts()
        yield from self.attributes.parts()

    def read(self, source: str, *, hidden: bool = False) -> None:
        tree = LexborHTMLParser(source)
        if tree.root is not None and tree.root.parent is not None:
            self.walk(tree.root.parent, hidden_nodes(tree), hidden=hidden)

    def walk(self, root: LexborNode, unseen: frozenset[int], *, hidden: bool) -> None:
        """Depth first; the stack holds (node, whether it lies in something hidden, whether we leave it)."""
        stack: list[Step] = [(root, hidden, False)]
        while stack:
            node, shaded, leaving = stack.pop()
            if leaving:
                self.flow(shaded).leave(node.tag or "")
                continue
            if node is not root and (after := node.next) is not None:
                stack.append((after, shaded, False))
            if node.is_text_node:
                self.flow(shaded).text(node.text_content or "")
            elif node.is_comment_node:
                self.comment(node.comment_content or "")
            else:
                self.element(node, stack, unseen, shaded=shaded)

    def flow(self, shaded: bool) -> Flow:
        return self.hidden if shaded else self.body

    def element(self, node: LexborNode, stack: list[Step], unseen: frozenset[int], *, shaded: bool) -> None:
        tag, first, inner = node.tag or "", node.first_child, shaded
        if node.is_element_node:
            attributes = node.attributes
            self.attributes.take(tag, attributes)
            inner = shaded or tag in UNSEEN or is_hidden(attributes) or (bool(unseen) and node.mem_id in unseen)
        if tag in CODE:
            self.source(tag, (first.text_content if first is not None else "") or "")
            return
        flow = self.flow(inner)
        if inner and not shaded:
            flow.flush()
        flow.enter(node, tag)
        stack.append((node, inner, True))
        if tag == "template":
            stack += [(child, True, False) for piece in node.template_fragments()[:1] if (child := piece.first_child)]
        if first is not None:
            stack.append((first, inner, False))

    def source(self, tag: str, text: str) -> None:
        if tag == "script":
            self.scripts.append(text)
        text = self.attributes.without_data(text)
        self.code.add(text, role="line")
        if tag == "style" and (plain := CSS_ESCAPE.sub(_css_character, text)) != text:
            self.code.add(plain, role="line")

    def comment(self, text: str) -> None:
        """A comment; a conditional one holds markup that some readers show."""
        if text.startswith("[if") and "<" in text:
            self.hidden.flush()
            self.read(text.partition(">")[2].rpartition("<!")[0], hidden=True)
        else:
            self.comments.add(text.strip())


def _css_character(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    return chr(number) if 31 < number < 0x110000 and not 0xD800 <= number < 0xE000 else " "


def _left_over(source: str, parts: list[Part], names: set[str]) -> str:
    """What the parser drops of the source: end tags with attributes, doctypes, words that stand in no part."""
    known = set(WORD.findall("\n".join(part.text for part in parts).casefold()))
    known |= set(WORD.findall(" ".join(names).casefold())) | DOCTYPE
    lost = [
        text.strip()
        for stretch in STRETCH.findall(DATA_URI.sub(" ", source))
        if (text := entities.unescape(stretch)) and (DROPPED.match(text) or _unknown(text, known))
    ]
    return "\n".join(dict.fromkeys(lost))


def _unknown(text: str, known: set[str]) -> bool:
    return any(word not in known for word in WORD.findall(text.casefold()))
