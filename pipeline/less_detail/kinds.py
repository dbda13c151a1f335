"""Finds the kinds of detail that a passage can do without: names, technique, indicators, times, figures, steps.

One finder a kind, in one dict. Each is pure and gives stretches of the text in code points. They find what can be
masked on trial; whether a masked passage is any milder is for detection and decision to say, never for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

Span = tuple[int, int]
Finder = Callable[[str], Iterable[Span]]


def _any(*patterns: str, flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), flags)


_MONTH = (
    "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    "|Nov(?:ember)?|Dec(?:ember)?)"
)
_DAY = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_SMALL = "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|a few|several)"
_UNIT = "(?:second|minute|hour|day|night|week|fortnight|month|quarter|year)s?"
_ORDINAL = r"\d{1,2}(?:st|nd|rd|th)?"
_DOT = r"(?:\.|\[\.\])"  # also as analysts write it, so that nobody follows it

_INDICATOR = _any(
    r"\b[a-z]{2,8}(?:://|\[:\]//)[^\s<>\"']*[\w/]",
    rf"(?<![\w.+-])[\w.+-]{{1,64}}(?:@|\[at\])[\w-]+(?:{_DOT}[\w-]+)+",
    rf"\b(?:\d{{1,3}}{_DOT}){{3}}\d{{1,3}}(?:/\d{{1,2}}|:\d{{1,5}})?\b",
    r"(?<![\w:])(?:[0-9a-f]{1,4}:){3,7}(?::?[0-9a-f]{1,4}){1,4}(?![\w:])",  # IPv6, hardware
    r"\b(?:[0-9a-f]{128}|[0-9a-f]{96}|[0-9a-f]{64}|[0-9a-f]{56}|[0-9a-f]{40}|[0-9a-f]{32})\b",  # digests
    r"\bCVE-\d{4}-\d{4,7}\b",
    r"\b(?:0x[0-9a-f]{40}|bc1[a-z0-9]{20,})\b",  # wallets
    rf"(?<![\w.-])(?:[a-z0-9-]{{1,63}}{_DOT}){{1,8}}(?:example|com|net|org|info|io|dev|app|ai|cloud|test|invalid)\b",
    r"(?<![\w.-])[a-z0-9-]{1,63}(?:\[\.\][a-z0-9-]+)+\b",
    r"(?<![\w/.])(?:[A-Z]:\\|\\\\|~?/)[\w.-]+(?:[/\\][\w.*-]+)+",  # paths
    r"(?<![\w-])[\w-]{1,80}\.(?:exe|dll|ps1|sh|bat|py|so|bin|docm|xlsm|lnk|iso|jar|js|vbs|zip)\b",
)
_TIME = _any(
    r"\b\d{4}-\d{2}(?:-\d{2})?(?:[T ]\d{2}:\d{2}(?::\d{2})?)?(?: ?(?:Z|UTC|GMT))?\b",
    rf"\b(?:{_DAY},? )?(?:the )?{_ORDINAL}(?: (?:to|and|until) {_ORDINAL})?(?: of)? {_MONTH}\b(?:,? \d{{4}})?",
    rf"\b{_MONTH} {_ORDINAL}\b(?:,? \d{{4}})?",
    rf"\b(?:(?:early|mid|late)[ -]|end of )?(?:{_MONTH}|spring|summer|autumn|winter) \d{{4}}\b",
    r"\b(?:Q[1-4]|H[12])(?:[ /-]\d{2,4})?\b",
    rf"(?<=\b(?:in|by|on|of) ){_MONTH}\b",
    r"\b\d{1,2}:\d{2}(?: ?(?:am|pm|UTC|GMT|CET))?\b",
    rf"\b(?:next|last|this|coming|past|following|previous) (?:{_DAY}|{_MONTH}|{_UNIT})\b",
    rf"\b(?:on )?{_DAY}\b",
    rf"\b(?:(?:within|after|for|in|over|about) )?(?:the (?:next|last|coming|first) )?(?:\d+|{_SMALL}) (?:working )?"
    rf"{_UNIT}\b(?: (?:ago|later|earlier|before|after|from now))?",
    r"\b(?:yesterday|today|tomorrow|tonight)\b",
    r"\b(?:19|20)\d{2}\b",
)
_NUMBER = r"\d(?:[\d,]*\d)?(?:\.\d+)?"
_SCORE = _any(
    rf"\b(?:\d+|{_SMALL}) (?:out )?of (?:the |our )?(?:\d+|{_SMALL})\b",
    rf"(?<![\w.-])[<>≤≥~≈±+-]?{_NUMBER}(?: ?(?:%|per cent|percent|points?|×|-?fold)| ?/ ?{_NUMBER})?(?![\w-]|\.\d)",
    rf"\b(?:half|a third|two thirds|a quarter|three quarters|twice|{_SMALL} times)\b",
    rf"\b{_SMALL}\b(?= \w+s\b)",
)
_TECHNIQUE = _any(
    r"\bT\d{4}(?:\.\d{3})?\b",  # MITRE ATT&CK
    r"\b(?:prompt injections?|jailbreak(?:s|ing|ed)?|(?:spear-?)?phishing|social engineering|side[- ]channels?)\b",
    r"\b(?:stolen|leaked) (?:\w+ )?(?:tokens?|keys?|credentials?|cookies?)\b",
    r"\b(?:credential (?:stuffing|theft)|password spraying|privilege escalation|lateral movement|exfiltration)\b",
    r"\b(?:buffer overflows?|sql injections?|cross-site scripting|remote code execution|zero[- ]days?|back-?doors?)\b",
    r"\b(?:supply[- ]chain attacks?|man[- ]in[- ]the[- ]middle|ransomware|data poisoning|reward hacking)\b",
    r"\b(?:model (?:extraction|inversion|stealing|distillation)|adversarial (?:suffix(?:es)?|examples?|prompts?))\b",
    r"\b(?:fine-?tun(?:ing|ed)|(?:few|many)-shot|chain[- ]of[- ]thought|scaffold(?:s|ing)?|best-of-\w+|multi-turn)\b",
    r"\b(?:role-?play(?:s|ing)?|system prompts?|refusal (?:ablation|suppression)|activation steering|tool use)\b",
    r"\b(?:red[- ]team(?:s|ing)?|elicitation|obfuscat(?:ion|ed|ing)|base64|sandbagging)\b",
    r"\b(?:tokens?|credentials?|passwords?|cookies?|(?:access|api) keys?|logs?)\b",
    r"\b(?:malware|payloads?|exploits?|vulnerabilit(?:y|ies))\b",
    # how it was done, to the end of the clause
    r"\b(?:by \w+ing|via|through|using|with the help of|by means of) (?:[\w’'-]+ ){0,9}?[\w’'-]+"
    r"(?=[.,;:!?)\n]| (?:and|but|which|that|who|while|when|so|on|in|at)\b|$)",
)

_SENTENCE = re.compile(r"(?:\(?\w{1,2}[.)] )?\S(?:[^.!?\n]|[.!?](?!\s|$))*(?:[.!?]+|(?=\n)|$)")
_STEP = _any(
    r"[-*•] |\(?\d{1,2}[.)] |\(?[a-h][.)] |step \d+",
    r"(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|next), |(?:then|after that|afterwards|finally|lastly)\b",
    r"[$>] |curl |pip |sudo |ssh ",
)
_COMMAND = re.compile(r"```.*?```|`[^`\n]*\s[^`\n]*`", re.DOTALL)

_NAME = re.compile(
    r"[^\W\d_a-zß-ÿ][\w’'&-]*(?: (?:[^\W\d_a-zß-ÿ][\w’'&-]*|(?:v?\d[\w.-]*\w|\d)\b(?! ?%| per| of| out)))*"
)
_IDENTIFIER = re.compile(
    r"`[^`\s]+`|(?<![\w-])(?:[a-z]{1,30}-){1,4}(?:v?\d[\w.]*\w|\d|next|pre|rc\d*|beta|preview)\b"
    r"|\b(?:checkpoint|build|snapshot|version|ckpt) (?:v?\d[\w.]*\w|\d|[A-Z]\b)|\bv\d+(?:\.\d+)*\b",
    re.IGNORECASE,
)
_FIRM = re.compile(
    r" (?:AI|Labs?|Ltd|Limited|Inc|LLC|PLC|GmbH|AG|SA|BV|Corp|Corporation|Co|Group|Systems|Technologies|Research"
    r"|Software|Robotics|Analytics|Partners|Holdings)\b"
)
_NO_NAME = frozenset(
    re.findall(
        r"\w+",
        """
        a an the this that these those we our they their it its he she his her i you your in on at by of for from to
        with as and or but if when while where after before since until during under over about all each every some any
        no not one two three both most many several such there here what which who how why because however although
        despite both between within without per please see note
        january february march april may june july august september october november december monday tuesday wednesday
        thursday friday saturday sunday
        ai api cbrn ctf qa gpu ci uk us eu un cve tlp ip url id ok english table figure section annex appendix chapter
        network institute institutes step round test tier week day item level stage phase part task question
        amber strict red green clear confidential secret restricted official sensitive internal embargo use only
        """,
    )
)


def _found(pattern: re.Pattern[str]) -> Finder:
    return lambda text: (match.span() for match in pattern.finditer(text))


def names(text: str) -> Iterator[Span]:
    """Capitalised words inside a sentence, and identifiers: firms, models with their versions, people."""
    yield from (match.span() for match in _IDENTIFIER.finditer(text))
    opening: list[Span] = []
    inside: set[str] = set()
    for match in _NAME.finditer(text):
        start, end = _without_edges(text, *match.span())
        if start == end:
            continue
        if _opens(text, start) and text[start + 1 : end].replace("-", "").isalpha() and text[start + 1 : end].islower():
            opening.append((start, end))  # any word is capitalised there; it may be a name all the same
        else:
            inside.update(text[start:end].split())
            yield start, end
    yield from ((start, end) for start, end in opening if text[start:end] in inside)


def _without_edges(text: str, start: int, end: int) -> Span:
    """The stretch without the words at its edges that are capitalised for other reasons than being a name."""
    words = [(m.start(), m.end()) for m in re.finditer(r"[^ ]+", text[start:end])]
    plain = [re.sub(r"[’']s?$", "", text[start + a : start + b]).lower() for a, b in words]
    while words and (_NO_NAME.issuperset(plain[0].split("-")) or plain[0][:1].isdigit()):
        words, plain = words[1:], plain[1:]
    while words and _NO_NAME.issuperset(plain[-1].split("-")):
        words, plain = words[:-1], plain[:-1]
    return (start + words[0][0], start + words[-1][1]) if words else (start, start)


def is_firm(name: str) -> bool:
    """Whether a name says of itself that it is one of a firm."""
    return _FIRM.search(name) is not None


def _opens(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \"'(“‘*#-•|")
    return not before or before[-1] in ".!?:\n"


def scores(text: str) -> Iterator[Span]:
    """Figures that are no part of an indicator, a time or a name."""
    taken = [*indicators(text), *times(text), *names(text)]
    for start, end in _found(_SCORE)(text):
        if not any(start < right and left < end for left, right in taken):
            yield start, end


def steps(text: str) -> Iterator[Span]:
    """Items of a list, sentences that say what comes next, commands."""
    yield from (match.span() for match in _COMMAND.finditer(text))
    yield from (match.span() for match in _SENTENCE.finditer(text) if _STEP.match(text, match.start()))


indicators, times, technique = _found(_INDICATOR), _found(_TIME), _found(_TECHNIQUE)

KINDS: dict[str, Finder] = {
    "names": names,
    "technique": technique,
    "indicators": indicators,
    "times": times,
    "scores": scores,
    "steps": steps,
}
