"""Claimed and effective context length as marks on a map, with the words of their legend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from niah.figures.text import WORDS, Language, length_label, localized, plain

if TYPE_CHECKING:
    from niah.statistics.effective import EffectiveLength, Rule

MarkKind = Literal["effective", "claimed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthMark:
    """A line across the map behind a context length.

    Attributes:
        kind: What the length is.
        tokens: The length; 0 = below every tested length.
        statement: The length in words.
        brief: The same among others of its kind.
        rule: What the legend says without the number.
        words: What the legend says, the number included.
    """

    kind: MarkKind
    tokens: int
    statement: str
    brief: str
    rule: str
    words: str


def length_marks(
    effective: EffectiveLength | None,
    claimed_tokens: int | None,
    longest_tokens: int,
    language: Language,
) -> tuple[LengthMark, ...]:
    """The marks of a map, the effective length first; what is None has no mark.

    Args:
        effective: Shown only if any length was tested.
        claimed_tokens: What the model's maker states.
        longest_tokens: The map's last length.
        language: Of the legend.
    """
    words = WORDS[language]
    marks = []
    if effective is not None and effective.longest_tested is not None:
        rule = rule_words(effective.rule, language)
        bounds = {
            "value": bound_words(effective, effective.value, language),
            "lower": bound_words(effective, effective.lower, language),
            "upper": bound_words(effective, effective.upper, language),
        }
        statement = words["effective-length"].format(**bounds)
        marks.append(
            LengthMark(
                kind="effective",
                tokens=effective.value or 0,
                statement=statement,
                brief=words["brief-effective"].format(**bounds),
                rule=words["effective"].format(rule=rule),
                words=f"{statement}: {rule}",
            )
        )
    if claimed_tokens is not None:
        key = "claimed-beyond" if claimed_tokens > longest_tokens else "claimed"
        label = length_label(claimed_tokens, language)
        statement = words[key].format(value=label)
        marks.append(
            LengthMark(
                kind="claimed",
                tokens=claimed_tokens,
                statement=statement,
                brief=words["brief-claimed"].format(value=label),
                rule=words["claimed-all"],
                words=statement,
            )
        )
    return tuple(marks)


def rule_words(rule: Rule, language: Language) -> str:
    """The rule of an effective length as a printable phrase."""
    name = plain(rule.name) if any(c.isalpha() for c in rule.name) else ""
    return WORDS[language]["rule"].format(
        sentence=plain(rule.sentence).replace(" %", "%"),
        threshold=localized(f"{100 * rule.threshold:.4g}", language) + " %",
        name=f" (Regel {name})" if name else "",
    )


def bound_words(effective: EffectiveLength, tokens: int | None, language: Language) -> str:
    """A value or bound of an effective length in words, those at either end not overstated."""
    words = WORDS[language]
    if tokens is None:
        return words["below"].format(value=length_label(effective.shortest_tested or 0, language))
    label = length_label(tokens, language)
    return (
        words["at-least-value"].format(value=label) if tokens == effective.longest_tested else label
    )
