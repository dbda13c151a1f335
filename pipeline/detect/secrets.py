"""Finds live-looking keys, tokens and passwords, and the endpoints of models that are not released.

The plug-ins of detect-secrets run (nothing is verified, nothing leaves the machine) on the lines that an anchor lets
through: they read at less than a quarter of a megabyte a second. Placeholders, digests and identifiers are no secrets.
A key or an endpoint to an unreleased model is `predeployment_model_access`; any other secret is `secret.<kind>`.
"""

from __future__ import annotations

import importlib
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ahocorasick_rs import AhoCorasick

from pipeline.detect.spans import copy_of, in_text
from pipeline.types import Document, Explanation, Passage, Tag

if TYPE_CHECKING:
    from pipeline.detect import Detect
    from pipeline.policy import Policy
    from pipeline.registers import Registers

ACCESS = "predeployment_model_access"

# kind -> (module and class in detect_secrets.plugins, literals one of which must be on the line)
PLUGINS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "aws-key": ("aws", "AWSKeyDetector", ("akia", "asia", "abia", "acca", "a3t", "aws")),
    "azure-key": ("azure_storage_key", "AzureStorageKeyDetector", ("accountkey=",)),
    "basic-auth": ("basic_auth", "BasicAuthDetector", ("://",)),
    "discord-token": ("discord", "DiscordBotTokenDetector", ("discord",)),
    "github-token": ("github_token", "GitHubTokenDetector", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_")),
    "gitlab-token": ("gitlab_token", "GitLabTokenDetector", ("glpat-", "gldt-", "glft-", "glsoat-", "glrt-", "glcbt-")),
    "jwt": ("jwt", "JwtTokenDetector", ("eyj",)),
    "mailchimp-key": ("mailchimp", "MailchimpDetector", ("-us",)),
    "npm-token": ("npm", "NpmDetector", ("_authtoken",)),
    "openai-key": ("openai", "OpenAIDetector", ("t3blbkfj",)),
    "private_key": ("private_key", "PrivateKeyDetector", ("private key",)),
    "pypi-token": ("pypi_token", "PypiTokenDetector", ("pypi-age",)),
    "sendgrid-key": ("sendgrid", "SendGridDetector", ("sg.",)),
    "slack-token": ("slack", "SlackDetector", ("xox", "hooks.slack.com")),
    "square-secret": ("square_oauth", "SquareOAuthDetector", ("sq0csp-",)),
    "stripe-key": ("stripe", "StripeDetector", ("sk_live_", "rk_live_")),
    "telegram-token": ("telegram_token", "TelegramBotTokenDetector", ("bot",)),
    "twilio-key": ("twilio", "TwilioKeyDetector", ("twilio",)),
}  # fmt: skip

# What the plug-ins do not know: keys of model services, bearer headers, assignments and prose without quotation marks.
PATTERNS: dict[str, tuple[re.Pattern[str], tuple[str, ...]]] = {
    "model-api-key": (re.compile(
        r"\b(?:sk-(?:ant-|proj-|svcacct-|or-v1-)?[\w-]{20,}|hf_\w{30,}|AIza[\w-]{35}|"
        r"gsk_\w{30,}|xai-\w{30,}|r8_\w{30,})"), ("sk-", "hf_", "aiza", "gsk_", "xai-", "r8_")),
    "github-token": (re.compile(r"\bgithub_pat_\w{30,}"), ("github_pat_",)),
    "bearer-token": (re.compile(r"\bBearer[ \t]+([\w.~+/-]{16,}=*)"), ("bearer",)),
    "password": (re.compile(
        r"(?i)\b(?:pass(?:word|phrase|wd|code)|pwd|secret|token|(?:api|access|secret|auth|licence|license|client|"
        r"eval|bearer)[ _-]?(?:key|token|secret)|credentials?)\b"
        r"[\"'`]?[ \t]*(?:[:=]|=>|is|:=)[ \t]*[\"'`“]?([^\s\"'`”,;<>(){}]{8,})"
    ), ("pass", "pwd", "secret", "token", "key", "credential")),
    "login": (re.compile(
        r"(?i)\b(?:user(?:name)?|login)\b[ \t]*[:=]?[ \t]*\S{2,40}[ \t,;/]+(?:and[ "
        r"\t]+)?(?:pass(?:word|phrase|code)?|pwd)\b[ \t]*[:=]?[ \t]*[\"'`“]?([^\s\"'`”,;<>]{6,})"), ("pass", "pwd")),
}  # fmt: skip

_ENDPOINT = re.compile(
    r"(?i)\b(?:https?|wss?|grpcs?|ssh|s3|gs)://[^\s\"'`<>)\]]+|"
    r"\b(?:[a-z0-9-]+\.){2,}[a-z]{2,}(?::\d{2,5})?(?:/[\w./-]+)\b"
)
_PLACEHOLDER = re.compile(
    r"(?i)x{4,}|\*{3,}|\.{3,}|…|<[^>]+>|\$\{|\{\{|%\(|\bos\.environ|getenv|your[_-]?|example|placeholder|"
    r"changeme|change[_-]me|redacted|dummy|insert|todo|"
    r"1234567|abcdefg|foobar|lorem|sample[_-]?|test[_-]?key|not[_-]?a[_-]?real|deadbeef|\bnone\b|\bnull\b|"
    r"\btrue\b|\bfalse\b|process\.env|secrets?\.|vault:|env:"
)  # fmt: skip
_IDENTIFIER = re.compile(
    r"(?i)[0-9a-f]{7,8}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128}|"
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|sha\d+[:-].+|https?://.*|[\d.,:/-]+|[a-z]+|[A-Z_]+"
)  # fmt: skip
_PUBLIC_EXAMPLE = re.compile(r"(?i)(?:^|[/@.])(?:example\.(?:com|org|net)|localhost|127\.0\.0\.1)\b")
_INNER_HOST = re.compile(
    r"(?i)\b(?:internal|intra|corp|staging|stage|stg|preview|pre-?release|prerel|eval|evals|"
    r"redteam|red-team|candidate|canary|ckpt|checkpoint|private|gated|sandbox|partner|early-?access|test|dev|"
    r"snap|gw|gateway)\b"
)

_MODEL = re.compile(
    r"(?i)\b(?:model|checkpoint|ckpt|snapshot|weights|endpoint|inference|helpful-only|"
    r"safeguards?[ -]off|candidate|variant|build)\b"
)
_UNRELEASED = re.compile(
    r"(?i)\b(?:un-?released|not (?:yet )?(?:been )?(?:released|public|launched|announced)|pre-?release|"
    r"pre-?deployment|pre-?launch|before (?:the )?(?:launch|release)|ahead of (?:the )?(?:launch|release)|"
    r"checkpoint|ckpt|helpful-only|safeguards?[ -]off|no[ -]refusals?|release candidate|launch candidate|"
    r"candidate|early access|access window|testing window|model under test|private preview|snapshot|"
    r"testers?|red[ -]team(?:ers|ing)?|evaluation (?:access|account|key|endpoint)|eval[ -]only|test(?:ing)? "
    r"(?:agreement|access))\b"
)  # fmt: skip
_RELEASED_HOST = re.compile(r"(?i)\b(?:public|documentation|docs|generally available|pricing|sign up)\b")


def load(policy: Policy, registers: Registers, models: Path) -> Detect:
    """The detector; plug-ins are imported when a line first asks for them."""
    literals = sorted(
        {(a, kind) for kind, (_, _, anchors) in PLUGINS.items() for a in anchors}
        | {(a, kind) for kind, (_, anchors) in PATTERNS.items() for a in anchors}
    )
    finder, kinds = AhoCorasick([literal for literal, _ in literals]), [kind for _, kind in literals]

    def detect(passages: Sequence[Passage], documents: Sequence[Document]) -> Iterator[Tag]:
        for passage in passages:
            text = copy_of(passage)
            if not passage.joined:
                yield from _passage(
                    passage,
                    text,
                    {kinds[i] for i, _, _ in finder.find_matches_as_indexes(text.lower(), overlapping=True)},
                )

    return detect


def _passage(passage: Passage, text: str, kinds: set[str]) -> Iterator[Tag]:
    unreleased = _UNRELEASED.search(text) is not None and _MODEL.search(text) is not None
    found = dict(sorted(_secrets(text, kinds))) if kinds else {}
    for (start, end), kind in found.items():
        span = in_text(passage, start, end)
        yield _tag(
            passage, span, ACCESS if unreleased else None, "secret.model-access" if unreleased else f"secret.{kind}"
        )
    if (unreleased and "://" in text) or "/v1" in text:
        for start, end in _endpoints(text) if unreleased else ():
            yield _tag(passage, in_text(passage, start, end), ACCESS, "secret.model-endpoint")


def _tag(passage: Passage, span: tuple[int, int], category: str | None, rule: str) -> Tag:
    return Tag(
        passage=passage, category=category, detector="secret", rule=rule, score=0.95, start=span[0], end=span[1],
        explanation=Explanation(matched=(rule,)),
    )  # fmt: skip


def _secrets(text: str, kinds: set[str]) -> Iterator[tuple[tuple[int, int], str]]:
    for kind in sorted(kinds):
        if kind in PATTERNS:
            for match in PATTERNS[kind][0].finditer(text):
                group = match.lastindex or 0
                if _is_live(match[group], named=kind in ("password", "login")):
                    yield match.span(group), kind
        if kind in PLUGINS:
            yield from _plugin(text, kind)


def _plugin(text: str, kind: str) -> Iterator[tuple[tuple[int, int], str]]:
    for value in _load_plugin(kind).analyze_string(text):
        start = text.find(value)
        if start < 0:
            continue
        rest = _REST.match(text, start + len(value))
        end = rest.end() if rest is not None and len(value) < _PREFIX else start + len(value)
        if kind == "private_key" or (_is_live(text[start:end], named=False) and not _is_example_host(text, start)):
            yield (start, end), kind


# A plug-in may report the prefix of a token alone ("ghp"); the token goes on to the next blank or quotation mark.
_PREFIX, _REST = 8, re.compile(r"[^\s\"'`<>]*")


@cache
def _load_plugin(kind: str) -> Any:
    module, name, _ = PLUGINS[kind]
    return getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), name)()


def _is_example_host(text: str, start: int) -> bool:
    return _PUBLIC_EXAMPLE.search(text[start : start + 200].split(" ", 1)[0]) is not None


def _is_live(value: str, *, named: bool) -> bool:
    """Not a placeholder, not a digest or an id; and, where only a name says that it is a secret, not a word either."""
    if _PLACEHOLDER.search(value) is not None:
        return False
    if not named:
        return len(set(value)) > 6
    if _IDENTIFIER.fullmatch(value) is not None or not any(char.isdigit() for char in value):
        return False
    return _bits(value) >= 2.5 and any(char.isalpha() for char in value)


def _bits(value: str) -> float:
    """Shannon entropy in bits a character."""
    counts = Counter(value).values()
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts)


def _endpoints(text: str) -> Iterator[tuple[int, int]]:
    """Addresses on inner hosts, in a passage that is about a model not yet out."""
    if _RELEASED_HOST.search(text) is not None:
        return
    for match in _ENDPOINT.finditer(text):
        if _INNER_HOST.search(match[0]) is not None and _PUBLIC_EXAMPLE.search(match[0]) is None:
            yield match.span()
