"""A notebook as HTML with its equations as MathML, which browsers typeset by themselves.

nbconvert leaves equations to MathJax, which it would fetch from a network.
"""
# mypy: untyped-calls-exclude="nbconvert,latex2mathml"

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
    html: str = MarkdownWithMath(renderer=_Renderer(escape=False)).render(markdown)
    return html.strip().removeprefix("<p>").removesuffix("</p>")


def to_mathml(latex: str, *, display: str) -> str:
    """An equation, "inline" or as a "block"."""
    known = latex.replace("{aligned}", "{align}")  # the name that latex2mathml has for it
    mathml: str = convert(known, display=display)
    return mathml
