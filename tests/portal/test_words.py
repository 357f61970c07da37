"""Every text of the portal and of signing in is marked for translation, in the templates."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2] / "templates"
FOLDERS = ["portal", "account", "mfa", "usersessions"]
FILES = [
    path
    for path in sorted(
        [*ROOT.glob("*.html"), *(f for each in FOLDERS for f in ROOT.glob(f"{each}/**/*.html"))]
    )
    if "messages" not in path.parts
]
MARKED = re.compile(
    r"<pre.*?</pre>|<code.*?</code>"  # what machines read
    r"|{% blocktranslate.*?%}.*?{% endblocktranslate %}|{#.*?#}|{%.*?%}|{{.*?}}",
    re.S,
)
SAID = re.compile(r'(?:aria-label|alt|title|placeholder|data-label)="([^"]+)"')
WORD = re.compile(r"[^\W\d_]{2,}")
NAMES = {"Faultline", "ms", "webhook", "id"}  # ours, a unit, and a header’s
UNLABELLED = re.compile(r"get_\w+_display(?!\|label)")


def unmarked(template: str) -> set[str]:
    """Return the words that a template says outside of what is marked, and of code."""
    rest = MARKED.sub(" ", template)
    said = [*SAID.findall(rest), re.sub(r"<[^>]*>", " ", rest)]
    return {word for text in said for word in WORD.findall(text)} - NAMES


def test_no_template_says_a_word_that_cannot_be_translated():
    found = {}
    for path in FILES:
        text = path.read_text()
        of_models = UNLABELLED.findall(text) if "portal" in path.parts else []
        found[str(path.relative_to(ROOT))] = {*unmarked(text), *of_models}

    assert {name: words for name, words in found.items() if words} == {}
