"""The small invented policy, and what is said when it is spoilt."""

from pathlib import Path

from apps.contracts.policy_file import PolicyFileInvalid, read

FILE = Path(__file__).parent / "policy_files" / "minimal.toml"
TEXT = FILE.read_text(encoding="utf-8")


def edited(*edits, text=TEXT):
    """Return the policy after each (old, new). The first place of old is replaced."""
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def problems_of(text):
    """Return all that is said about a text, without the name of the file."""
    try:
        read(text, name="x.toml")
    except PolicyFileInvalid as refusal:
        return [
            str(problem).removeprefix("x.toml: ").removeprefix("x.toml ")
            for problem in refusal.problems
        ]
    return []


def problems_after(*edits):
    return problems_of(edited(*edits))


def spoilt(kind):
    """Return (title, edits, problems) of each case in spoilt-KIND.txt.

    ``#`` titles a case, ``-`` gives lines of the small policy (their first place), ``+`` what
    stands there instead, ``~`` begins another edit, ``!`` gives each problem, in order.
    """
    text = (FILE.parent / f"spoilt-{kind}.txt").read_text(encoding="utf-8")
    return [_case(block) for block in text.strip().split("\n\n")]


def _case(block):
    title, _, rest = block.partition("\n")
    changes = [change.splitlines() for change in rest.split("\n~\n")]
    return title.removeprefix("# "), [*map(_edit, changes)], _marked("!", changes[-1])


def _edit(lines):
    old, new = _marked("-", lines), _marked("+", lines)
    # Lines that nothing replaces go with their end.
    return ("\n".join(old), "\n".join(new)) if new else ("\n".join(old) + "\n", "")


def _marked(mark, lines):
    return [line[2:] for line in lines if line[0] == mark]
