"""What a form and a sheet refuse in a name, in words."""

from django.core.exceptions import ValidationError

from apps.contracts.rules.names import mixed_word, shows, unseen_in


def validate_name(name: str) -> None:
    """Refuse a name with something in it that no reader sees, or that shows nothing at all."""
    if unseen := unseen_in(name):
        raise ValidationError(f"It holds an invisible character, {unseen}. Type it anew.")
    if name and not shows(name):
        raise ValidationError("It shows nothing. Write a name that can be read.")


def validate_one_alphabet(name: str) -> None:
    """Refuse a word that mixes alphabets, as it reads like another one."""
    if word := mixed_word(name):
        raise ValidationError(
            f"“{word}” mixes letters of several alphabets that look alike. Type it in one."
        )
