"""Claimed and effective context length as marks on a map, with the words of their legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from niah.errors import ConfigurationError
from niah.figures.text import WORDS, Language, length_label, localized, percent_label, plain

if TYPE_CHECKING:
    from niah.statistics.effective import EffectiveLength, Rule

MarkKind = Literal["effective", "claimed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthMark:
    """A line across the map behind a context length.

    Attributes:
        kind: What the length is.
        tokens: The length; 0 = below every tested length; None = there is none, and no line.
        statement: The length in words.
        brief: The same among others of its kind.
        rule: What the legend says without the number.
        words: What the legend says, the number included.
    """

    kind: MarkKind
    tokens: int | None
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
        void = effective.rule.void
        bounds = {
            "value": bound_words(effective, effective.value, language),
            "lower": bound_words(effective, effective.lower, language),
            "upper": bound_words(effective, effective.upper, language),
        }
        statement = words["effective-none" if void else "effective-length"].format(**bounds)
        marks.append(
            LengthMark(
                kind="effective",
                tokens=None if void else effective.value or 0,
                statement=statement,
                brief=brief_words(effective, language),
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


def brief_words(effective: EffectiveLength, language: Language) -> str:
    """An effective length with its interval, in the fewest words."""
    key = "brief-none" if effective.rule.void else "brief-effective"
    return WORDS[language][key].format(
        value=bound_words(effective, effective.value, language),
        lower=bound_words(effective, effective.lower, language),
        upper=bound_words(effective, effective.upper, language),
    )


def rule_words(rule: Rule, language: Language) -> str:
    """The rule of an effective length as a printable phrase."""
    name = plain(rule.name) if any(c.isalpha() for c in rule.name) else ""
    if rule.base is not None:
        threshold = percent_label(0.0 if rule.void else rule.threshold, language)
    else:
        threshold = localized(f"{100 * rule.threshold:.4g}", language) + " %"
    return WORDS[language]["rule" if rule.base is None else "rule-share"].format(
        sentence=plain(rule.sentence).replace(" %", "%"),
        threshold=threshold,
        base="" if rule.base is None else percent_label(rule.base, language),
        name=f" (Regel {name})" if name else "",
    )


def shared_rule(rules: Sequence[tuple[str, Rule]], language: Language) -> str:
    """One rule of several sweeps as a printable phrase, with each base score where they differ.

    Args:
        rules: Each with its sweep's label, at least one.
        language: Of the phrase.

    Raises:
        ConfigurationError: if the rules are different ones.
    """
    if len({rule.sentence for _, rule in rules}) == 1:
        return rule_words(rules[0][1], language)
    bases = [(label, rule.base) for label, rule in rules if rule.base is not None]
    if len(bases) < len(rules) or len({rule.name for _, rule in rules}) > 1:
        raise ConfigurationError(
            "effective lengths by different rules cannot stand in one figure or table; use one rule"
        )
    told = ", ".join(f"{label} {percent_label(base, language)}" for label, base in bases)
    return WORDS[language]["rule-shares"].format(bases=told)


def bound_words(effective: EffectiveLength, tokens: int | None, language: Language) -> str:
    """A value or bound of an effective length in words, those at either end not overstated."""
    words = WORDS[language]
    if effective.rule.void:
        return words["none"]
    if tokens is None:
        return words["below"].format(value=length_label(effective.shortest_tested or 0, language))
    label = length_label(tokens, language)
    return (
        words["at-least-value"].format(value=label) if tokens == effective.longest_tested else label
    )
