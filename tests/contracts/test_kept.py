"""What a process keeps of rows that never change."""

from apps.contracts.queries.kept import Kept


def squares(read: list[set[int]], *, most: int) -> Kept[int, int]:
    """Squares of even numbers, and a record of what was read."""

    def read_them(keys) -> dict[int, int]:
        read.append(set(keys))
        return {key: key * key for key in keys if key % 2 == 0}

    return Kept(most=most, read=read_them)


def test_what_is_not_known_yet_is_read_at_once_and_only_once():
    read: list[set[int]] = []
    kept = squares(read, most=9)

    assert kept.of([2, 4]) == {2: 4, 4: 16}
    assert kept.of([4, 6, 8]) == {4: 16, 6: 36, 8: 64}
    assert kept.of([2, 8]) == {2: 4, 8: 64}
    assert read == [{2, 4}, {6, 8}]


def test_what_may_not_be_kept_is_left_out_and_asked_for_again():
    read: list[set[int]] = []
    kept = squares(read, most=9)

    assert [kept.of([1, 2]), kept.of([1, 2])] == [{2: 4}, {2: 4}]
    assert read == [{1, 2}, {1}]


def test_what_was_not_asked_for_longest_is_forgotten_first():
    read: list[set[int]] = []
    kept = squares(read, most=2)

    for key in (2, 4, 2, 6, 2, 4):
        kept.of([key])

    assert read == [{2}, {4}, {6}, {4}]


def test_more_than_are_kept_are_answered_at_once():
    read: list[set[int]] = []

    assert squares(read, most=1).of([2, 4, 6]) == {2: 4, 4: 16, 6: 36}
