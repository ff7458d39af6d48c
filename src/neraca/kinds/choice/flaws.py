"""What can be wrong although the shape is right; all of it at once."""

import re

from neraca.kind import MAX_FLAWS, Flaw, shown
from neraca.kinds.choice.schema import Answer, Config, Params

# CommonMark's raw HTML: a tag, a closing tag, a comment, a declaration, an instruction; not `a < b`, nor a link in <>.
HTML = re.compile(r"<(?:/?[A-Za-z][A-Za-z0-9-]{0,63}(?:[\s/>]|$)|!--|![A-Za-z]|\?)")
FENCED = re.compile(r"^(`{3,}|~{3,})[^\n]*\n.*?(?:^\1[^\n]*$|\Z)|`[^`\n]+`", re.MULTILINE | re.DOTALL)


def of_config(config: Config) -> list[Flaw]:
    found: list[Flaw] = []
    for name in ("id", "label", "key"):
        seen: dict[str, int] = {}
        for i, option in enumerate(config.options):
            value = getattr(option, name)
            if value is None:
                continue
            if value in seen:
                found.append(
                    Flaw(
                        f"duplicate-{name}",
                        f"#/options/{i}/{name}",
                        f"Option {seen[value] + 1} has the same {name}, {shown(value)}.",
                    )
                )
            seen.setdefault(value, i)
    return found[:MAX_FLAWS]


def of_params(params: Params, config: Config) -> list[Flaw]:  # noqa: ARG001 - the contract's signature
    given = [name for name in ("image", "text", "markdown") if getattr(params, name) is not None]
    found = []
    if not given:
        found.append(Flaw("required", "#", "Give one of image, text or markdown."))
    found += [
        Flaw("only-one", f"#/{name}", f"There is {given[0]} already: give exactly one of image, text or markdown.")
        for name in given[1:]
    ]
    if params.markdown is not None:
        text = FENCED.sub(lambda m: " " * len(m[0]), params.markdown)  # what stands in code is shown, not run
        if (tag := HTML.search(text)) is not None:
            found.append(
                Flaw(
                    "html-not-allowed",
                    "#/markdown",
                    f"Markdown may not contain HTML: {shown(text[tag.start() : tag.start() + 20])}.",
                )
            )
    return found


def of_answer(answer: Answer, params: Params, config: Config) -> list[Flaw]:  # noqa: ARG001 - the contract's signature
    if any(option.id == answer.choice for option in config.options):
        return []
    return [Flaw("unknown-option", "#/choice", f"There is no option {shown(answer.choice)}.")]
