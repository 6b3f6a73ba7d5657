"""Fixed questions on the command line: which are answered without what answers them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from niah.statistics.analysis import Analysis
    from niah.statistics.controls import ControlResult
    from niah.statistics.questions import QuestionResult, QuestionsResult

LISTED = 10
QUESTION_CHARACTERS = 90
DOCUMENT_CHARACTERS = 60


def questions_block(analysis: Analysis, controls: Sequence[ControlResult]) -> Iterator[str]:
    """What the controls tell of a sweep's fixed questions; nothing where they asked none."""
    from niah.console import count, percent

    found = questions_of(analysis, controls)
    if found is None:
        return
    tried, known = len(found.tried), len(found.known)
    left_out = len(found.questions) - tried
    yield f"questions   {count(known)} of {count(tried)} answered without what answers them" + (
        f"; {count(left_out)} not asked so" if left_out else ""
    )
    estimates = [("all questions", found.all)]
    if known or left_out:
        estimates.append((f"the {count(tried - known)} not answered so", found.not_known))
    for label, estimate in estimates:
        if estimate.n:
            yield (
                f"  accuracy over {label} {percent(estimate.value)}, 95% interval "
                f"{percent(estimate.lower)} to {percent(estimate.upper)}, n = {count(estimate.n)}"
            )
    yield from _listed("answered without it, which is no find in the text:", found.known)
    yield from _listed(
        "not answered from it alone, so look at question and answers:", found.unreadable
    )


def _listed(header: str, questions: Sequence[QuestionResult]) -> Iterator[str]:
    from niah.console import count, inert, shorten

    if not questions:
        return
    yield f"  {header}"
    for one in questions[:LISTED]:
        controls = f" ({', '.join(one.known)})" if one.known else ""
        documents = f" [{shorten(inert(', '.join(one.documents)), DOCUMENT_CHARACTERS)}]"
        yield (
            f"    {shorten(inert(one.question.text), QUESTION_CHARACTERS)}"
            f"{documents if one.documents else ''}{controls}"
        )
    if len(questions) > LISTED:
        yield f"    and {count(len(questions) - LISTED)} more; --json has all"


def questions_fields(analysis: Analysis, controls: Iterable[ControlResult]) -> dict[str, Any]:
    """The same as JSON values, every question included; no field where they asked none."""
    from niah.runner.results import estimate_json

    found = questions_of(analysis, controls)
    if found is None:
        return {}
    told = {
        "asked": len(found.questions),
        "asked_without": len(found.tried),
        "answered_without": len(found.known),
        "all": estimate_json(found.all),
        "not_answered_without": estimate_json(found.not_known),
        "each": [
            {
                "question": one.question.text,
                "answers": list(one.question.answers),
                "documents": list(one.documents),
                **estimate_json(one.accuracy),
                "controls": dict(one.controls),
                "answered_without": bool(one.known) if one.tried else None,
            }
            for one in found.questions
        ],
    }
    return {"questions": told}


def questions_of(analysis: Analysis, controls: Iterable[ControlResult]) -> QuestionsResult | None:
    """What the controls tell of a sweep's fixed questions; None where they asked none.

    Args:
        analysis: Of the sweep.
        controls: Beside it, those of other models among them.
    """
    from niah.statistics.questions import question_results

    own = (one for one in controls if one.model == analysis.grid.model)
    return question_results(analysis.questions, {one.control: one.questions for one in own})
