"""Live-looking secrets and endpoints of unreleased models; every key here is invented."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import policy as policies
from pipeline.detect import secrets
from pipeline.normalise import normalise
from pipeline.registers import Registers
from pipeline.types import Passage, Tag

DETECT = secrets.load(policies.load(Path("rules")), Registers(), Path("models"))
_RANDOM = "q7Rz2Lk9Vw4Xb8Nt5Mc3Hd6Jf1Gp0Ys"


def _tags(text: str) -> list[Tag]:
    passage = Passage(text=text, kind="body", location="a", path="p", start=0, end=len(text))
    return list(DETECT(normalise((passage,)), ()))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (f"the key is sk-{_RANDOM}", "secret.model-api-key"),
        ("aws: AKIAQ7RZ2LK9VW4XB8NT", "secret.aws-key"),
        ("ghp_" + "q7Rz2Lk9Vw4Xb8Nt5Mc3Hd6Jf1Gp0YsQwErT", "secret.github-token"),
        ("-----BEGIN RSA PRIVATE KEY-----", "secret.private_key"),
        (f"Authorization: Bearer {_RANDOM}", "secret.bearer-token"),
        ("password: Tr7$kQ9!zP2m", "secret.password"),
        ("postgres://eval:Tr7kQ9zP2m@db.kestrel.test/runs", "secret.basic-auth"),
    ],
)
def test_live_looking_secrets_ask_for_review(text: str, rule: str) -> None:
    (tag,) = [tag for tag in _tags(text) if tag.rule == rule]
    assert tag.category is None
    assert 0 <= tag.start < tag.end <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "api_key = <YOUR_KEY>",
        "export OPENAI_API_KEY=sk-...",
        "token: ${EVAL_TOKEN}",
        "password: xxxxxxxxxxxx",
        "the password policy asks for twelve letters",
        "secret: placeholder-value-1",
        "commit 3f0aa1c9d2b44e0f8a7c6d5e4f3a2b1c0d9e8f7a fixes the token counter",
        "sha256 token: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "key: 123e4567-e89b-42d3-a456-426614174000",
        "https://user:password@example.com/",
        "The token budget is 400,000 and the key finding is 12 %.",
        "",
    ],
)
def test_placeholders_digests_and_words_are_no_secrets(text: str) -> None:
    assert _tags(text) == []


def test_a_key_to_an_unreleased_model_is_access() -> None:
    text = f"For the unreleased checkpoint use the key sk-{_RANDOM} until Friday."
    (tag,) = _tags(text)
    assert tag.category == "predeployment_model_access"
    assert text[tag.start : tag.end] == f"sk-{_RANDOM}"


def test_an_endpoint_of_a_candidate_is_access_and_the_documentation_is_not() -> None:
    (tag,) = _tags("Testers reach the candidate model at https://preview.kestrel.test/v0 from Monday.")
    assert tag.category == "predeployment_model_access"
    assert _tags("The public model answers at https://api.kestrel.test/v1, see the docs.") == []


def test_plugins_are_not_loaded_for_text_without_an_anchor() -> None:
    secrets._load_plugin.cache_clear()
    _tags("A plain paragraph about evaluation standards.")
    assert secrets._load_plugin.cache_info().currsize == 0
