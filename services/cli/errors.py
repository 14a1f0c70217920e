"""How an act can fail, with the exit code each failure has: a contract with scripts."""

from services.cli.replies import Answer, Problem

OK, REFUSED, USAGE, NOT_YET, VOID, AUDIT_REFUSED, UNSOUND = range(7)
"""0 done · 1 refused, a rule forbids it · 2 wrong usage or input · 3 not yet: wait or outage · 4 sealed but void in the

log · 5 an audit refuses · 6 a node is not sound: doctor or fsck found something."""


class DuikouError(Exception):
    """Root."""

    EXIT = REFUSED


class ApiError(DuikouError):
    """The node refuses. ``problem`` says code, law and what to do; it never holds what was sent."""

    def __init__(self, problem: Problem) -> None:
        law = f" ({problem.law})" if problem.law else ""
        super().__init__(f"{problem.code}{law}: {problem.title} {problem.detail}".rstrip())
        self.problem = problem

    @property
    def code(self) -> str:
        """As in the log."""
        return self.problem.code

    @property
    def law(self) -> str:
        """Where the rule stands."""
        return self.problem.law


class RefusedError(ApiError):
    """A rule forbids it; no retry helps."""


class InvalidError(ApiError):
    """What was sent is not well formed; ``problem.errors`` names the fields."""

    EXIT = USAGE


class NotYetError(ApiError):
    """It may pass later: a channel that is not open, an outage, a record that is not in the log yet."""

    EXIT = NOT_YET


class VoidError(DuikouError):
    """It was sealed, and the log did not accept it: somebody was faster (L9). It is listed under ``refused``."""

    EXIT = VOID

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.code} ({answer.law}): recorded as void at the place the log gave it")
        self.answer = answer


class UpkeepRefusedError(DuikouError):
    """The operator's command would do harm, or was given the wrong file; nothing was changed."""


class SigningRefusedError(DuikouError):
    """Nothing is signed: what the node sent is not what the officer was asked for."""


def of(problem: Problem) -> ApiError:
    """The exception of a problem."""
    if problem.code == "not_yet":
        return NotYetError(problem)
    if problem.status in (413, 415, 422, 404) and problem.code in ("invalid", "request", "too_large", "shape"):
        return InvalidError(problem)
    return RefusedError(problem)
