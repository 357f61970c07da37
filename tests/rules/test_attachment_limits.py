"""Which files are kept with a message, and how the others are named."""

import pytest

from apps.intake.rules.attachments import LeftOut, Limits, Part, in_words, sort_out

LIMITS = Limits(each=10, in_all=15, refused=frozenset(["exe", "application/x-dosexec"]))


def part(name: str, size: int = 1, kind: str = "application/octet-stream") -> Part:
    return Part(name, kind, b"x" * size)


def left_out(*parts: Part) -> list[tuple[str, str]]:
    return [(file.name, file.why) for file in sort_out(parts, LIMITS)[1]]


def test_a_file_is_kept_up_to_its_limit():
    assert left_out(part("a", 10), part("b", 11)) == [("b", "too large")]


def test_files_are_kept_as_long_as_there_is_room_for_them_together():
    kept, out = sort_out([part("a", 9), part("b", 7), part("c", 6), part("d", 1)], LIMITS)

    assert ([file.name for file in kept], [file.name for file in out]) == (["a", "c"], ["b", "d"])


@pytest.mark.parametrize("name", ["boot.exe", "boot.EXE", "bill.pdf.exe", "a b.Exe"])
def test_what_may_be_a_program_is_left_out_by_its_ending(name):
    assert left_out(part(name)) == [(name, "may be a program")]


def test_or_by_its_type():
    assert left_out(part("bill.pdf", kind="application/x-dosexec")) == [
        ("bill.pdf", "may be a program")
    ]


@pytest.mark.parametrize("name", ["exe", "boot.exe.txt", "boot.exec", "exe.pdf"])
def test_what_only_looks_alike_is_kept(name):
    assert left_out(part(name)) == []


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], ""),
        (
            ["a.exe"],
            "Left out: a.exe (too large). Under Mails in, the mail as it came has all of it.",
        ),
        (
            ["a", "b", "c", "d", "e"],
            "Left out: a (too large), b (too large), c (too large), 2 more."
            " Under Mails in, the mail as it came has all of it.",
        ),
    ],
)
def test_they_are_named_with_the_way_to_them(names, words):
    assert in_words([LeftOut(name, "too large") for name in names]) == words


def test_however_long_their_names_the_words_fit_beside_the_message():
    files = [LeftOut("x" * 116 + ".exe", "may be a program")] * 9

    words = in_words(files)

    assert (len(words) <= 230, words.count("x….exe") + words.count("….exe") > 0) == (True, False)
