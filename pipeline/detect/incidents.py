"""Says whether a report of a cyber incident is a summary: nobody identifiable, no technique, indicator or timeline.

The facet loosens a verdict, so everything that might identify or instruct keeps it away; what remains is the bare fact
that an unnamed firm had an incident. Rulings of the labelling guide: "a large cloud supplier" names nobody, "the one
developer in Tallinn" does; "break-in" and "theft by staff" are no technique; a year or a quarter is no timeline.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.detect.spans import copy_of
from pipeline.types import Evidence, Passage

_ACTOR = (
    r"(?:developers?|suppliers?|vendors?|providers?|compan(?:y|ies)|firms?|labs?|laborator(?:y|ies)|makers?|"
    r"builders?|start-?ups?|"
    r"operators?|members?|contractors?|institutes?|organi[sz]ations?|respondents|participants)"
)
_ADJECTIVES = r"(?:[\w-]+[ ]){0,5}"
_UNNAMED = re.compile(
    rf"(?i)\b(?:an?|one|one of (?:the|our|its)|some(?:one|body)?|several|many|most|few|no|two|three|four|five|"
    rf"six|seven|eight|nine|ten|eleven|twelve|"
    rf"thirteen|fourteen|fifteen|twenty|each of (?:the|our)|other|the (?:two|three|four|five|six|number of)|"
    rf"\d+(?: of)?(?: the)?|all|among|at|by|of|from|to)[ ]{_ADJECTIVES}{_ACTOR}\b"
    r"|\b(?:AI|cloud|data|software|model)[ ]"
    r"(?:developers|suppliers|vendors|providers|companies|firms|labs|makers|start-?ups)\b"
    rf"|\b{_ACTOR}[ ](?:told|reported|disclosed|notified|informed)\b|^{_ACTOR}\b|\bto someone\b"
)
_ALONE_FITS = re.compile(
    r"(?i)\bthe (?:only|one|sole|single|largest|biggest|leading|first|well-known|famous|country's|city's|"
    r"nation's|makers? of|developers? of|compan(?:y|ies) behind|firm behind)\b"
    r"|\b(?:best known|known for|known to all|headquartered|based in|whose (?:assistant|model|chatbot|product|"
    r"agent|flagship)|its founder|flagship)\b"
)
_TECHNIQUE = re.compile(
    r"(?i)\b(?:phish\w*|spear\w*|vish\w*|credential\w*|passwords?|passphrase|tokens?|cookies?|api|keys?|ssh|vpn|"
    r"rdp|mfa|otp|sim|malware|ransom\w*|trojan\w*|back-?doors?|implants?|"
    r"beacons?|exploit\w*|vulnerab\w*|cve|patch\w*|unpatched|zero-?days?|flaws?|bugs?|misconfig\w*|buckets?|"
    r"packages?|dependenc\w*|poison\w*|inject\w*|prompts?|plug-?ins?|webhooks?|"
    r"social engineering|impersonat\w*|deep-?fakes?|pretend\w*|posing|posed|disguis\w*|forged|fake|spoof\w*|"
    r"brute|cracked|guess\w* (?:the|a)|reused?|usb|laptops?|drives?|sticks?|stolen badge|tailgat\w*|"
    r"support (?:desk )?(?:call|ticket)|remote (?:access|desktop)|jump host|bastion|cloud console|service "
    r"accounts?|admin\w*|privileg\w*|lateral\w*|pivot\w*|tunnel\w*|c2|command[- ]and[- ]control|dns|"
    r"metadata service|ci|pipelines?|runners?|repositor\w*|repos?|containers?|images?|registry|s3|servers? "
    r"(?:left|exposed)|exposed|unauthenticated|default|open port|logs?|scripts?|macros?|attachments?|links?|"
    r"e-?mailed|copied (?:to|onto|it|them)|uploaded|downloaded|photograph\w*|printed|smuggl\w*|bribe\w*|"
    r"recruited|extort\w* (?:by|with)|through (?:a|an|the|its|their)|via|by means of|by way of|using)\b"
)
_INDICATOR = re.compile(
    r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[0-9a-fA-F]{16,}\b|`|\b[\w-]+\.(?:com|org|net|io|example|exe|dll|py|sh|zip|"
    r"json|yaml|ps1)\b|https?:|\b\w+@\w+|\bAS\d+|\b[\w.-]+/[\w./-]+\.\w+|\b[A-Z]+-\d{3,}"
)
_TIMELINE = re.compile(
    r"(?i)\b\d{1,2}[:.]\d{2}\b|\b\d{1,2}(?:st|nd|rd|th)?[ ](?:of[ ])?(?:january|february|march|april|may|june|"
    r"july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b"
    r"|\b(?:january|february|march|april|june|july|august|september|october|november|december)[ ]\d|\b(?:mon|"
    r"tues|wednes|thurs|fri|satur|sun)day\b|\b\d{4}-\d\d|"
    r"\b(?:for|within|after|over|in|about|some)[ ](?:about[ ]|some[ ]|nearly[ ]|almost[ ])?(?:\d+|an?|one|two|"
    r"three|four|five|six|seven|eight|nine|ten|eleven|twelve|several|many|few)[ ](?:hours?|days?|weeks?|months?|"
    r"nights?|minutes?)\b"
    r"|\b(?:the next|the same|the following|that) (?:day|night|morning|evening|week)\b|\b(?:hours|days|weeks|"
    r"months) (?:later|earlier|before|after)\b|\bovernight\b|\bweekend\b|\byesterday\b"
)
# What an incident summary may open a sentence with, or write with a capital; any other capital may be a name.
_CAPITALS = frozenset(
    re.findall(
        r"\S+",
        """
        last next previous earlier later overall altogether half fewer less
        a an the this that these those we i it its they their he she our your my all any both each
        either every few many more most none no nobody nothing not now of on one two three four five
        six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
        nineteen twenty some several such to in at as by for from if when where while who what which
        with within without during since so and but or because before after although though there
        here has have had is are was were be been does did do can could may might must should will
        would please just only also again yes dear note source sources total totals breach breaches
        incident incidents intrusion intrusions theft thefts attacks attack cyber security private
        private-sector sector number numbers count counts average members member firms firm
        companies company developers developer suppliers supplier providers provider vendors
        respondents customers authorities names details cause impact summary summaries aggregate
        threat picture minutes minister event quiet holding information lessons effect personal
        material insiders insider informal slide question answer q across among according asked
        aware reported reporting situational ai gpu gpus it january february march april may june
        july august september october november december spring summer autumn winter q1 q2 q3 q4
        """,
    )
)
_CAPITAL = re.compile(r"(?<![\w’'-])[A-Z][\w’'-]*")


def evidence(passage: Passage) -> Iterator[Evidence]:
    """`summary_incident` over the whole passage where nothing in it, or in its lead, says more than a summary may."""
    text = copy_of(passage)
    if _UNNAMED.search(text) is None or any(
        pattern.search(text) for pattern in (_ALONE_FITS, _TECHNIQUE, _INDICATOR, _TIMELINE)
    ):
        return
    if all(word[0].lower().removesuffix("'s").removesuffix("’s") in _CAPITALS for word in _CAPITAL.finditer(text)):
        yield Evidence(facet="summary_incident", rule="context.summary_incident", end=len(passage.text))
