"""An executed notebook as one self-contained page: no script, no link out, code folded away, alt text kept."""

from __future__ import annotations

import html
import re
from typing import Any

STYLE = """
:root { color-scheme: light; --ink: #1d2430; --soft: #5b6472; --rule: #d9dee5; --band: #f5f7f9; --mark: #1f4e79; }
body { font: 16px/1.55 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; color: var(--ink); margin: 0; }
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1, h2, h3 { line-height: 1.25; color: var(--mark); }
h1 { font-size: 1.9rem; margin: 0 0 1rem; padding-bottom: .6rem; border-bottom: 3px solid var(--mark); }
h2 { font-size: 1.35rem; margin: 2.4rem 0 .6rem; }
h3 { font-size: 1.1rem; margin: 1.6rem 0 .4rem; }
p, li { max-width: 46rem; }
img { max-width: 100%; height: auto; display: block; margin: 1rem 0; border: 1px solid var(--rule); }
.wide { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: .86rem; line-height: 1.35; font-variant-numeric: tabular-nums; }
caption { caption-side: top; text-align: left; font-weight: 600; padding: .3rem 0; color: var(--ink); }
th, td { border-bottom: 1px solid var(--rule); padding: .32rem .6rem; text-align: left; vertical-align: top; }
thead th { border-bottom: 2px solid var(--mark); background: var(--band); }
caption { white-space: nowrap; }
tbody th { font-weight: 500; }
td.n, th.n { text-align: right; white-space: nowrap; }
td.d, th.d { white-space: nowrap; }
td small, th small { color: var(--soft); }
p.note { font-size: .85rem; color: var(--soft); margin-top: .2rem; }
code, pre { font: .85rem/1.45 ui-monospace, Consolas, Menlo, monospace; }
pre { background: var(--band); padding: .7rem .9rem; overflow-x: auto; white-space: pre-wrap; }
blockquote { margin: 1rem 0; padding: .1rem 1rem; border-left: 4px solid var(--mark); background: var(--band); }
details.code { margin: .2rem 0; font-size: .8rem; color: var(--soft); }
details.code summary { cursor: pointer; }
.problem { border-left: 4px solid #b3261e; background: #fdf3f2; padding: .6rem 1rem; margin: 1rem 0; }
.problem pre { background: none; padding: 0; }
@media print {
  details.code { display: none; }
  main { max-width: none; padding: 0; }
  img, table, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .wide { overflow: visible; }
}
"""

_TEMPLATE = """
{%- extends 'display_priority.j2' -%}
{%- block codecell -%}{% if 'live' not in cell.metadata.tags %}
<section id="{{ cell.id | escape_html }}">{{ super() }}</section>
{% endif %}{% endblock codecell -%}
{%- block input -%}<details class="code"><summary>Code</summary><pre>{{ cell.source | escape_html }}</pre></details>
{% endblock input -%}
{%- block markdowncell scoped -%}{{ cell.source | markdown2html | inert }}
{% endblock markdowncell -%}
{%- block execute_result -%}{% block data_priority scoped %}{{ super() }}{% endblock %}{% endblock execute_result -%}
{%- block data_html scoped -%}<div class="wide">{{ output.data['text/html'] | inert }}</div>
{% endblock data_html -%}
{%- block data_markdown scoped -%}{{ output.data['text/markdown'] | markdown2html | inert }}
{% endblock data_markdown -%}
{%- block data_png scoped -%}
<img src="data:image/png;base64,{{ output.data['image/png'] | one_line }}" alt="{{ output | alt | escape_html }}">
{% endblock data_png -%}
{%- block data_text scoped -%}<pre>{{ output.data['text/plain'] | strip_ansi | escape_html }}</pre>
{% endblock data_text -%}
{%- block stream_stdout -%}<pre>{{ output.text | strip_ansi | escape_html }}</pre>
{% endblock stream_stdout -%}
{%- block stream_stderr -%}<pre>{{ output.text | strip_ansi | escape_html }}</pre>
{% endblock stream_stderr -%}
{%- block error -%}<div class="problem"><pre>{{ super() }}</pre></div>
{% endblock error -%}
{%- block traceback_line -%}{{ line | strip_ansi | escape_html }}
{% endblock traceback_line -%}
"""

_SHELL = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
{problem}{body}</main>
</body>
</html>
"""

_TAGS = frozenset({
    "a", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del", "div", "dl", "dt", "em",
    "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "li", "ol", "p", "pre", "s", "small", "span", "strong",
    "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
})  # fmt: skip
_ATTRIBUTES = frozenset({"class", "id", "title", "alt", "scope", "colspan", "rowspan", "role"})
_STYLES = (
    "background", "background-color", "border", "border-collapse", "color", "font-size", "font-style", "font-weight",
    "margin", "outline", "padding", "text-align", "white-space",
)  # fmt: skip
_PRIORITY = ["text/html", "text/markdown", "image/png", "text/plain"]


def page(notebook: Any, name: str, error: str | None = None) -> str:
    """The page of an executed notebook.

    Parameters
    ----------
    notebook
        The notebook, executed as far as it got.
    name
        Its title, where it has no heading of its own.
    error
        What went wrong, shown on top.

    Returns
    -------
    str
        HTML that needs no network and runs no script.
    """
    from jinja2 import DictLoader
    from nbconvert.exporters import HTMLExporter

    exporter = HTMLExporter(
        extra_loaders=[DictLoader({"page.html.j2": _TEMPLATE})],
        template_file="page.html.j2",
        exclude_anchor_links=True,
    )
    exporter.config.NbConvertBase.display_data_priority = _PRIORITY
    for filter_name, function in {"inert": inert, "alt": _alt, "one_line": _one_line}.items():
        exporter.register_filter(filter_name, function)
    body, _ = exporter.from_notebook_node(notebook)
    problem = f'<div class="problem"><strong>Not finished.</strong> {html.escape(error)}</div>\n' if error else ""
    return _SHELL.format(title=html.escape(_heading(notebook) or name), style=STYLE, problem=problem, body=body)


def inert(markup: str) -> str:
    """Markup without anything that runs or fetches: what data brings along is shown, never obeyed."""
    import bleach
    from bleach.css_sanitizer import CSSSanitizer

    styles = CSSSanitizer(allowed_css_properties=_STYLES)
    cleaned: str = bleach.clean(
        markup, tags=_TAGS, attributes=_harmless, css_sanitizer=styles, protocols=["https", "data"]
    )
    return cleaned


def _harmless(tag: str, name: str, value: str) -> bool:
    """Whether an attribute may stand: pictures are those that the page itself carries, links are plain ones."""
    if (tag, name) == ("img", "src"):
        return value.startswith("data:image/png;base64,")
    if (tag, name) == ("a", "href"):
        return value.startswith(("https://", "#"))
    if name == "style":
        return not re.search(r"[\\(@]", value)  # nothing that fetches, spelled out or in escapes
    return name in _ATTRIBUTES


def _alt(output: Any) -> str:
    """Alternative text of a picture, as its maker wrote it; empty marks a picture without meaning of its own."""
    metadata = output.get("metadata", {})
    return str(metadata.get("image/png", {}).get("alt") or metadata.get("alt") or "")


def _one_line(data: str) -> str:
    return "".join(data.split())


def _heading(notebook: Any) -> str | None:
    for cell in notebook.cells:
        match = re.search(r"^# (.+)$", cell.source, re.MULTILINE) if cell.cell_type == "markdown" else None
        if match:
            return match[1]
    return None
