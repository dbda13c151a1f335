"""Web pages that hide: in comments, attributes, styles, scripts, data: addresses, encodings."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import partial

from tests.hostile.case import CANARY, HARMLESS, Case

BODY = (
    "<h1>Canteen</h1>"
    "<p>The menu of the week is on the wall, and the soup is better than it was last year, they say.</p>"
)
ANALYTICS = (
    "<script>(function(w,d,s,l,i){w[l]=w[l]||[];w[l].push({'start':new Date().getTime()});"
    "var f=d.getElementsByTagName(s)[0],"
    "j=d.createElement(s);j.async=true;j.src='https://metrics.example.org/m.js?id='+i;f.parentNode.insertBefore(j,f);"
    "})(window,document,'script','layer','X-1');</script>"
)


def page(inside: str, *, head: str = "") -> bytes:
    top = f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>Canteen</title>{head}</head>'
    return f"{top}<body>{BODY}{inside}</body></html>".encode()


def hidden(name: str, form: str, *, head: str = "", row: int = 61) -> Case:
    """`form` and `head` hold the words where `%s` stands."""

    def build(text: str) -> bytes:
        return page(form.replace("%s", text), head=head.replace("%s", text))

    return Case(
        row=row, name=name, filename="page.html", expect="read",
        data=partial(build, CANARY), twin=partial(build, HARMLESS),
    )  # fmt: skip


def char_codes(text: str) -> bytes:
    codes = ",".join(str(ord(char)) for char in text)
    return page(f"<p id=x></p><script>document.getElementById('x').textContent=String.fromCharCode({codes})</script>")


def encoded_script(text: str) -> bytes:
    code = base64.b64encode(text.encode()).decode()
    return page(f"<div id=x></div><script>document.getElementById('x').innerHTML=atob('{code}')</script>")


def application() -> bytes:
    script = "function draw(n){var e=document.createElement('p');e.textContent=load(n);root.appendChild(e)}" * 40
    return f"<!DOCTYPE html><html><body><div id=root></div><script>{script}</script></body></html>".encode()


def read(row: int, name: str, build: Callable[[str], bytes], code: str = "") -> Case:
    return Case(
        row=row, name=name, filename="page.html", expect="read", code=code,
        data=partial(build, CANARY), twin=partial(build, HARMLESS),
    )  # fmt: skip


def data_address(media_type: str, text: str) -> bytes:
    code = base64.b64encode(text.encode()).decode()
    return page(f'<a href="data:{media_type};base64,{code}">a file</a>')


def vector(text: str) -> str:
    return f"<svg xmlns='http://www.w3.org/2000/svg' width='300' height='40'><text x='5' y='20'>{text}</text></svg>"


def conflicting(text: str) -> bytes:
    return f'<html><head><meta charset="windows-1251"></head><body><p>{text} – жур</p></body></html>'.encode()


CASES = [
    hidden("comment", "<!-- %s -->"),
    hidden("conditional-comment", "<!--[if mso]><p>%s</p><![endif]-->"),
    hidden("display-none", '<p style="display: none">%s</p>'),
    hidden("visibility-hidden", '<span style="visibility:hidden">%s</span>'),
    hidden("hidden-attribute", "<div hidden><p>%s</p></div>"),
    hidden("class-of-a-style-sheet", '<p class="z">%s</p>', head="<style>.z{display:none}</style>"),
    hidden("style-content", "<p class=z>x</p>", head='<style>.z::after{content:"%s"}</style>'),
    hidden("style-comment", "", head="<style>/* %s */ p{margin:0}</style>"),
    hidden("script-string", '<script>var note="%s";</script>'),
    hidden("json-in-script", '<script type="application/json">{"note":"%s"}</script>'),
    hidden("aria-label", '<button aria-label="%s">x</button>'),
    hidden("title-attribute", '<abbr title="%s">x</abbr>'),
    hidden("alt", '<img src="a.png" alt="%s">'),
    hidden("data-attribute", '<p data-note="%s">x</p>'),
    hidden("placeholder", '<input placeholder="%s">'),
    hidden("value", '<input type="hidden" value="%s">'),
    hidden("class-name", '<p class="%s">x</p>'),
    hidden("template", "<template><p>%s</p></template>"),
    hidden("template-in-template", "<template><template><p>%s</p></template></template>"),
    hidden("noscript", "<noscript><p>%s</p></noscript>"),
    hidden("meta", "", head='<meta name="description" content="%s">'),
    hidden("srcdoc", '<iframe srcdoc="&lt;p&gt;%s&lt;/p&gt;"></iframe>'),
    hidden("link-target", '<a href="https://example.org/?q=%s">x</a>'),
    hidden("end-tag-attribute", '<p>x</p title="%s">'),
    hidden("doctype", "<!DOCTYPE html SYSTEM '%s'>"),
    hidden("processing-instruction", "<?note %s?>"),
    hidden("behind-the-end", "</body></html>%s"),
    hidden("textarea", "<textarea>%s</textarea>"),
    hidden("option", "<select><option>%s</option></select>"),
    hidden("datalist", "<datalist><option value='%s'></datalist>"),
    hidden("white", '<p style="color:#FFFFFF">%s</p>'),
    hidden("object-fallback", "<object data='a.bin'><p>%s</p></object>"),
    read(62, "data-address-text", partial(data_address, "text/plain")),
    read(62, "data-address-page", lambda text: data_address("text/html", f"<p>{text}</p>")),
    read(62, "data-address-vector", lambda text: data_address("image/svg+xml", vector(text))),
    read(
        62,
        "data-address-in-style",
        lambda text: page(
            "",
            head=(
                f"<style>p{{background:url(data:image/svg+xml;base64,{base64.b64encode(vector(text).encode()).decode()})}}</style>"
            ),
        ),
    ),
    read(62, "inline-vector", lambda text: page(vector(text))),
    read(62, "vector-title", lambda text: page(f"<svg><title>{text}</title><desc>x</desc></svg>")),
    Case(
        row=62,
        name="data-address-damaged",
        filename="page.html",
        expect="hold",
        code="undecodable",
        data=lambda: page('<img src="data:application/zip;base64,UEsDB!!BQ*">'),
    ),
    Case(
        row=63,
        name="char-codes",
        filename="page.html",
        expect="hold",
        code="script_built",
        data=lambda: char_codes(CANARY),
        twin=lambda: page(ANALYTICS),
    ),
    Case(
        row=63,
        name="encoded-string",
        filename="page.html",
        expect="hold",
        code="script_built",
        data=lambda: encoded_script(CANARY),
        twin=lambda: page("<script>document.title=document.title+' of today'</script>"),
    ),
    Case(
        row=63,
        name="page-without-text",
        filename="page.html",
        expect="hold",
        code="script_built",
        data=application,
        twin=lambda: page("<script src='https://example.org/menu.js'></script>" + ANALYTICS),
    ),
    read(64, "utf16-page", lambda text: f"<html><body><p>{text} é</p></body></html>".encode("utf-16")),
    read(64, "declared-code-page", lambda text: f'<meta charset="windows-1251"><p>Привет. {text}</p>'.encode("cp1251")),
    read(64, "declared-shift-jis", lambda text: f'<meta charset="shift_jis"><p>日本 {text}</p>'.encode("cp932")),
    Case(
        row=64,
        name="conflicting-declaration",
        filename="page.html",
        expect="read",
        code="encoding_uncertain",
        data=lambda: conflicting(CANARY),
        twin=lambda: conflicting(HARMLESS).replace(b"windows-1251", b"utf-8"),
    ),
    Case(
        row=64,
        name="utf7",
        filename="page.html",
        expect="hold",
        code="encoding_uncertain",
        data=lambda: page("+" + base64.b64encode(CANARY.encode("utf-16-be")).decode().rstrip("=") + "-"),
    ),
]
