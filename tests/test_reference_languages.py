"""The exact reader reads what it was not written for: other layouts, languages and scripts."""

from __future__ import annotations

import json

import pytest

from niah.haystacks.gazetteer import generate
from niah.reference.readers import answer

FACTS = [
    ("In 1987 Anna Berger visited the harbour of Lisbon.", "Which harbour did Anna visit in 1987?"),
    ("Dr. Mayhew's favourite cheese is Stilton.", "What is Dr. Mayhew's favourite cheese?"),
    ("Zorbania's only bridge is 400 metres long.", "How long is Zorbania's only bridge?"),
    ("Am 3. Mai 1911 eröffnete Jörg Süß die Bäckerei.", "Wann eröffnete Jörg Süß die Bäckerei?"),
    ("Die Gründerin der Brauerei hieß Änne Öhler.", "Wie hieß die Gründerin der Brauerei?"),
    ("Le code de la bibliothèque de Nîmes est 88213.", "Quel est le code de la bibliothèque ?"),
    ("El código de la biblioteca es 88213.", "¿Cuál es el código de la biblioteca?"),
    ("Секретный код библиотеки в Казани — 88213.", "Какой секретный код библиотеки в Казани?"),
    ("رمز المكتبة السري في القاهرة هو 88213.", "ما هو رمز المكتبة السري في القاهرة؟"),
    ("北京图书馆的密码是88213。", "北京图书馆的密码是什么？"),
    ("京都図書館の暗証番号は88213です。", "京都図書館の暗証番号は何ですか？"),
    ("서울 도서관의 비밀번호는 88213입니다.", "서울 도서관의 비밀번호는 무엇입니까?"),
]
LAYOUTS = ("after", "before", "both", "tags", "system", "turns", "json")


def laid_out(layout: str, document: str, question: str) -> list[dict[str, str]]:
    if layout == "system":
        return [{"role": "system", "content": document}, {"role": "user", "content": question}]
    if layout == "turns":
        return [
            {"role": "user", "content": document},
            {"role": "assistant", "content": "Go on."},
            {"role": "user", "content": question},
        ]
    content = {
        "after": f"{document}\n\n{question}",
        "before": f"{question}\n\n{document}",
        "both": f"{question}\n\n{document}\n\n{question}",
        "tags": f"<document>\n{document}\n</document>\n\nQuestion: {question}\nAnswer:",
        "json": f"{json.dumps({'document': document}, ensure_ascii=False)}\n\n{question}",
    }[layout]
    return [{"role": "user", "content": content}]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("fact", "question"), FACTS)
def test_the_fact_is_found_wherever_the_question_stands(
    fact: str, question: str, layout: str
) -> None:
    """In any language, between paragraphs of another one, the fact is what is answered."""
    haystack = generate("en", 20_000)
    cut = haystack.index(". ", 9_000) + 2
    document = f"{haystack[:cut]}{fact} {haystack[cut:]}"
    said = answer("exact", laid_out(layout, document, question), count_tokens=len)
    assert fact in said
    assert len(said) <= len(fact) + 2


def test_other_scripts_miss_what_is_not_there() -> None:
    """Without the fact the answer says so, in other languages too."""
    for _, question in FACTS:
        messages = laid_out("after", generate("en", 20_000), question)
        assert "nicht finden" in (said := answer("exact", messages, count_tokens=len)) or (
            "could not find" in said
        )
