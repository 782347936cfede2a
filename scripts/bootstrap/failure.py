"""The one error of the set-up."""


class Failure(Exception):
    """One line for the user. Exit code 4: this machine can't; 1: it may work another time."""

    def __init__(self, text: str, exit_code: int = 1) -> None:
        super().__init__(text)
        self.exit_code = exit_code
