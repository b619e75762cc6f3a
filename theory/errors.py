"""The errors a user can cause, each with a message of one line that says what to do."""


class InputError(ValueError):
    """Unusable input: the message names the argument, its value, what was expected and what to do."""

    @classmethod
    def of(cls, name: str, value: object, expected: str) -> "InputError":
        """Build the standard message ``name=value: expected``.

        Args:
            name: the argument as the user typed it.
            value: the value that was given; long values are shortened.
            expected: what was expected and what to do, without a final full stop.

        Example:
            >>> print(InputError.of("order", -1, "expected an integer of at least 0"))
            order=-1: expected an integer of at least 0
        """
        shown = str(value).replace("\n", " ")
        if len(shown) > 80:
            shown = f"{shown[:60]}… ({len(shown)} characters)"
        return cls(f"{name}={shown}: {expected}")
