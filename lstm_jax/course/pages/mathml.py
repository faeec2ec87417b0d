"""A notebook as HTML with its equations as MathML, which browsers typeset by themselves.

nbconvert leaves equations to MathJax, which it would fetch from a network. The glossary of the
lessons stays behind, so a link to it becomes its words, which show the sentence to a pointer.
"""
# mypy: untyped-calls-exclude="nbconvert,latex2mathml"

import html
from typing import Any

from jinja2 import pass_context
from latex2mathml.converter import convert
from nbconvert.exporters.html import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath


class _Renderer(IPythonRenderer):
    def inline_math(self, body: str) -> str:
        return to_mathml(body, display="inline")

    def block_math(self, body: str) -> str:
        return to_mathml(body, display="block")

    def latex_environment(self, name: str, body: str) -> str:
        return to_mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", display="block")

    def link(self, text: str, url: str, title: str | None = None) -> str:
        if url.removeprefix("../").startswith("glossary.md"):
            return f'<span title="{html.escape(title or "")}">{text}</span>'
        linked: str = super().link(text, url, title)
        return linked


class MathMLExporter(HTMLExporter):
    """nbconvert's exporter, except that equations in Markdown become MathML."""

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """The filter that the templates call."""
        metadata = context.get("resources", {}).get("metadata", {})
        renderer = _Renderer(
            escape=False,
            attachments=context.get("cell", {}).get("attachments", {}),
            embed_images=self.embed_images,
            path=metadata.get("path", ""),
            anchor_link_text=self.anchor_link_text,
        )
        return MarkdownWithMath(renderer=renderer).render(source)


def inline_html(markdown: str) -> str:
    """The HTML of a few words of Markdown, their equations as MathML, without a paragraph."""
    text: str = MarkdownWithMath(renderer=_Renderer(escape=False)).render(markdown)
    return text.strip().removeprefix("<p>").removesuffix("</p>")


def to_mathml(latex: str, *, display: str) -> str:
    """An equation, "inline" or as a "block"."""
    known = latex.replace("{aligned}", "{align}")  # the name that latex2mathml has for it
    mathml: str = convert(known, display=display)
    return mathml
