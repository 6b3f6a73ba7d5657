"""Answers that say how much or when: every spelling of one quantity is one answer."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niah.scoring import score_answers

SAME = (
    ("1.5 km", "1.5 kilometres", "1,500 metres", "1500 m", "one and a half kilometers", "1,5 km"),
    ("5:42 a.m.", "05:42", "5.42 am", "5:42 in the morning", "5:42 Uhr"),
    ("6 p.m.", "18:00", "six o'clock in the evening", "18 Uhr", "6:00 PM"),
    ("2-8 °C", "between 2 and 8 degrees Celsius", "2 °C to 8 °C", "2 bis 8 Grad", "2 to 8 °C"),
    ("1,2 Millionen Euro", "1.200.000 €", "1,2 Mio. Euro", "€1.2 million", "1,200,000 euros"),
    ("50 pence per day", "£0.50 a day", "50p per day", "fifty pence daily", "0.50 pounds per day"),
    ("340 hectares", "340 ha", "three hundred and forty hectares", "3.4 square kilometres"),
    ("two thirds", "2/3", "two-thirds", "zwei Drittel"),
    ("3/4 inch", "0.75 inch", "three quarters of an inch", "¾ inch"),
    ("14 March 1987", "March 14, 1987", "14.03.1987", "1987-03-14", "14. März 1987"),
    ("1 hour 40 minutes", "100 minutes", "1 h 40 min", "one hour and forty minutes"),
    ("two years", "24 months", "2 Jahre", "zwei Jahre"),
    ("38 knots", "38 kn", "thirty-eight knots"),
    ("0761 55 83 20", "0761/558320", "(0761) 55 83 20", "+49 761 558320"),
    ("3:1", "three to one", "3 to 1"),
    ("€2.4 million", "2.4m euros", "EUR 2,400,000", "€2.4m"),
    ("30 September 2024", "30/09/2024", "09/30/2024"),
    ("4.25%", "4¼ percent", "4 1/4 %"),
    ("23 square kilometres", "23 km²", "2300 ha", "23 sq km"),
    ("40 cents per day", "40¢/day", "40 cents for each day"),
    ("the first Tuesday of each month", "1st Tuesday of every month"),
)
OTHERS = (
    ("1.5 km", "1.5 miles", "15 km", "150 m", "1.5 m", "1,500 km"),
    ("5:42 a.m.", "5:42 p.m.", "17:42", "5:24 a.m.", "6:42"),
    ("2-8 °C", "2 °C", "8 °C", "2-8 °F", "2 to 18 °C", "-8 °C"),
    ("1,2 Millionen Euro", "1,2 Milliarden Euro", "1,2 Millionen Dollar", "12 Millionen Euro"),
    ("50 pence per day", "50 pence per week", "50 pounds per day", "15 pence per day"),
    ("340 hectares", "340 acres", "430 hectares", "3,400 hectares"),
    ("two thirds", "one third", "three quarters", "3/2"),
    ("14 March 1987", "14 May 1987", "13 March 1987", "14 March 1978", "1987"),
    ("1 hour 40 minutes", "1 hour", "40 minutes", "1 hour 14 minutes"),
    ("two years", "two months", "twenty years", "2 weeks"),
    ("0761 55 83 20", "0761 55 83 21", "0671 55 83 20", "55 83 20"),
    ("3:1", "1:3", "13:1", "3:11"),
    ("€2.4 million", "$2.4 million", "2.4 m", "€2.4bn"),
    ("30 September 2024", "30/09/2023", "30/10/2024"),
    ("2.5%", "2¼ percent", "25%"),
)


def credited(response: str, answer: str, question: str = "What does the text say?") -> bool:
    kind = "number" if answer.replace(" ", "").isdecimal() else "words"
    verdict = score_answers(
        response,
        question=question,
        answers=[answer],
        answer_kind=kind,  # type: ignore[arg-type]
    )
    return verdict.value == 1.0


@pytest.mark.parametrize("spellings", SAME, ids=lambda spellings: spellings[0])
def test_every_spelling_answers_for_the_first(spellings: tuple[str, ...]) -> None:
    """Listed once, a quantity is found in any of its spellings, alone and in a sentence."""
    answer, *others = spellings
    for other in (answer, *others):
        assert credited(other, answer), other
        assert credited(f"The text says {other}.", answer), other


@pytest.mark.parametrize("spellings", OTHERS, ids=lambda spellings: spellings[0])
def test_another_quantity_is_another_answer(spellings: tuple[str, ...]) -> None:
    """Other values, units, ends and periods are no spelling of it."""
    answer, *others = spellings
    for other in others:
        assert not credited(other, answer), other
        assert not credited(f"The text says {other}.", answer), other


LENGTHS = {"mm": 1, "cm": 10, "m": 1_000, "km": 1_000_000}


@given(
    st.integers(1, 999),
    st.sampled_from(sorted(LENGTHS)),
    st.sampled_from(sorted(LENGTHS)),
    st.integers(-3, 3),
)
def test_lengths_are_compared_as_lengths(count: int, unit: str, other: str, off: int) -> None:
    """One length in two units is credited, and one that differs by a thousandth is not."""
    told = Fraction(count * LENGTHS[unit] * (1_000 + off), LENGTHS[other] * 1_000)
    decimal = f"{float(told):.12f}".rstrip("0").rstrip(".")
    if Fraction(decimal) != told or len(decimal.partition(".")[2]) == 3:
        return  # no exact decimal, or one that reads as thousands
    assert credited(f"It is {decimal} {other} long.", f"{count} {unit}") == (off == 0)


@given(st.integers(1, 23), st.integers(0, 59))
def test_times_are_compared_as_times(hour: int, minute: int) -> None:
    """On a clock of twelve hours or of twenty-four."""
    half = "a.m." if hour < 12 else "p.m."
    answer = f"{hour}:{minute:02}"
    assert credited(f"At {(hour - 1) % 12 + 1}:{minute:02} {half}", answer)
    wrong = "p.m." if hour < 12 else "a.m."
    assert not credited(f"At {(hour - 1) % 12 + 1}:{minute:02} {wrong}", answer)


@pytest.mark.parametrize(
    ("question", "answer", "response", "expected"),
    [
        ("How deep is it, in metres?", "14.2 m", "14.2", True),
        ("How deep is it?", "14.2 m", "14.2 boats", False),
        ("Which platform is it?", "platform 9", "9", True),
        ("Which platform is it?", "platform 9", "19", False),
        ("On which days is it open?", "Mondays and Thursdays", "Thursday and Monday", True),
        ("On which days is it open?", "Mondays and Thursdays", "Monday, Tuesday, Thursday", False),
        (
            "On which days is it open?",
            "Mondays and Thursdays",
            "It is closed on Mondays and Thursdays.",
            False,
        ),
        ("Who founded it?", "Dr. Agatha Pryce", "Agatha Pryce", True),
        ("Who founded it?", "Dr. Agatha Pryce", "Pryce, Agatha", True),
        ("Who founded it?", "Dr. Agatha Pryce", "Edmund Pryce", False),
        ("Who is Anna Berg's mother?", "Lisa Berg", "Lisa Thorn", False),
        ("Is it allowed?", "no", "It is not.", True),
        ("Is it allowed?", "no", "Yes, there are no restrictions.", False),
        ("Is it allowed?", "no", "The text does not say.", False),
        ("Is it allowed?", "yes", "No, yes applies only to the park.", False),
        ("What are the new ones of?", "oak", "The old ones were of oak.", False),
        ("When was she born?", "3 May 1871", "She died on 3 May 1871.", False),
        ("Who chairs it?", "Ada Winther", "Ada Winther did until 2016; now Jon Falk does.", False),
        ("Warum fiel es aus?", "wegen Hochwassers", "Aufgrund des Hochwassers", True),
        (
            "Who is in the chair?",
            "Ada Winther",
            "Until 2016 it was Ada Winther. Now it is Jon Falk.",
            False,
        ),
        ("What is the roof of?", "slate", "Slate is on the floor; the roof is of copper.", False),
        (
            "When does the train to Rye leave?",
            "at 7:10",
            "The train to Ash leaves at 7:10, the one to Rye at 8:20.",
            False,
        ),
        (
            "When does the train to Rye leave?",
            "at 7:10",
            "The train to Ash leaves at 8:20, the one to Rye at 7:10.",
            True,
        ),
        ("Wie hieß es vor dem Umbau?", "Möwe", "Nach dem Umbau hieß es Möwe.", False),
        (
            "Who made it?",
            "Ada Winther",
            "Ada Winther... no wait, she sold it. Jon Falk made it.",
            False,
        ),
        (
            "Who made it?",
            "Ada Winther and Jon Falk",
            "Ada Winther (glass) and Jon Falk (wood)",
            True,
        ),
        ("How many doors has it?", "twelve", "Twelve. The text never says what they are of.", True),
        (
            "How many doors has it?",
            "twelve",
            "The twelve steps are mentioned, but the number of doors is not.",
            False,
        ),
        ("What is the first step?", "dry it", "1. Dry it\n2. Cut it\n3. Sell it", True),
        ("What is the first step?", "dry it", "1. Cut it\n2. Dry it\n3. Sell it", False),
        ("What is the second step?", "dry it", "The steps:\n1. Cut it\n2. Dry it", True),
        ("How long is it?", "410 metres", "410 metres is its length; the thing is old.", True),
        ("How long is the bridge?", "410 m", "410 m is its length; the bridge is old.", True),
        ("Welche Farbe hat die Tür?", "rot", "Rot ist die Antwort; die Tür ist alt.", True),
        (
            "Until when is the shop open?",
            "8 pm",
            "The shop is open until 8 pm; today till 6.",
            True,
        ),
        ("What was given to the school?", "a clock", "A clock, to the school to mark it.", True),
        ("How many?", "twelve", "There are twelve, no wait is needed.", True),
        (
            "When did the second edition appear?",
            "in 1962",
            "1. The second edition appeared in 1962.\n2. It was printed in Kiel.",
            True,
        ),
        ("How long was it?", "3 years", "Planned were 3 years, in the end it was four.", False),
        ("How long was it?", "3 years", "3 years, one more than planned.", True),
        ("When is the planned opening?", "3 May", "It is planned for 3 May, which was told.", True),
        ("Where is it in winter?", "in Rye", "In Rye in summer, in Ash in winter.", False),
        (
            "How old is the oar?",
            "6 weeks",
            "The hull is 6 weeks old; for the oar it is ten.",
            False,
        ),
        ("Who led during the war?", "Ada Winther", "Ada Winther led after the war.", False),
        ("How many are on loan?", "63", "Of the museum's 410 exhibits, 63 are on loan.", True),
        ("How many are on loan?", "63", "A total of 63.", True),
        ("Who are they?", "Nora and Till", "Nora, Till and Jan", False),
        (
            "When was it founded?",
            "in 1908",
            "It burnt in 1908; the date of its founding is unknown.",
            False,
        ),
        ("When was it given?", "in 1908", "In 1908; the donor is unknown.", True),
        ("Warum fiel es aus?", "wegen Hochwassers", "Trotz des Hochwassers fiel es aus.", False),
    ],
)
def test_answers_in_words_are_read_as_people_do(
    question: str, answer: str, response: str, *, expected: bool
) -> None:
    """Inflection, order, titles, the question's own words; and what is said of something else."""
    assert credited(response, answer, question) == expected
