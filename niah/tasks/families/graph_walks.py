"""A directed graph as a list of edges; nodes at a distance from one, or the parents of one.

The asked node has a neighbourhood of its own, drawn first, so that the answer does not grow with
the context; every other edge is filler between other nodes, which no asked walk reaches.

Source: OpenAI GraphWalks (2025), the construction only.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from niah.draws import Stream
from niah.tasks import Challenge, Family, Parameter, Task, Writer, Written
from niah.tasks.made_words import coded_word
from niah.tasks.parameters import in_language, option, whole_number
from niah.tasks.wording import PADDING

VERSION = "graph-walks-1"
VARIANTS = ("distance", "parents")
Edge = tuple[str, str]

TEXTS = {
    "en": {
        "distance": (
            "Which nodes are at a distance of exactly {hops} from the node {node}, that is, can be "
            "reached from it by following {hops} edges and by no fewer?"
        ),
        "parents": "Which nodes have an edge that leads to the node {node}?",
        "instruction": (
            "You are given a directed graph as a list of edges; a -> b is an edge from a to b. "
            "Afterwards you are asked for some of its nodes. End your answer with a line of the "
            "form Final answer: [a, b], or Final answer: [] if there are none."
        ),
    },
    "de": {
        "distance": (
            "Welche Knoten haben vom Knoten {node} genau den Abstand {hops}, sind also von ihm aus "
            "über {hops} Kanten zu erreichen und nicht über weniger?"
        ),
        "parents": "Von welchen Knoten führt eine Kante zum Knoten {node}?",
        "instruction": (
            "Sie erhalten einen gerichteten Graphen als Liste von Kanten; a -> b ist eine Kante "
            "von a nach b. Danach werden Sie nach einigen seiner Knoten gefragt. Beenden Sie Ihre "
            "Antwort mit einer Zeile der Form Endgültige Antwort: [a, b], oder Endgültige Antwort: "
            "[], wenn es keine gibt."
        ),
    },
}


def prepare(parameters: Mapping[str, Any], language: str, haystack: str) -> Task:  # noqa: ARG001
    """A graph with as many edges as it is asked for; see ``registry.prepare_task``."""
    texts = in_language(TEXTS, language, "graph-walks")
    variant = option(parameters, "variant", VARIANTS)
    hops = whole_number(parameters, "hops", 2, least=1, most=8)
    degree = whole_number(parameters, "degree", 3, least=1, most=8)

    @lru_cache(maxsize=4)
    def write(seed: int, units: int, depth_percent: float) -> Written:  # noqa: ARG001
        own, start = _parents(seed, degree) if variant == "parents" else _walk(seed, hops, degree)
        edges = own + _filler(seed, own, max(0, units - len(own)))
        answers = sorted(
            (source for source, target in edges if target == start)
            if variant == "parents"
            else nodes_at(edges, start, hops)
        )
        Stream(seed, f"order/{units}").shuffle(edges)
        return Written(
            text="\n".join(f"{source} -> {target}" for source, target in edges),
            begins=(),
            challenge=Challenge(
                needles=(),
                instruction=texts["instruction"],
                question=texts[variant].format(node=start, hops=hops),
                answers=tuple(answers) or ("[]",),
                match="all",
                scorer="set-f1",
            ),
        )

    least = 2 * degree if variant == "parents" else 2 * hops * degree
    return Task(
        kind="graph-walks",
        version=VERSION,
        draw=lambda seed: write(seed, least, 0).challenge,
        writer=Writer(write=write, least=least, padding=PADDING[language]),
    )


def nodes_at(edges: list[Edge], start: str, hops: int) -> set[str]:
    """The nodes at exactly so many steps from a start (breadth first)."""
    following: dict[str, list[str]] = {}
    for source, target in edges:
        following.setdefault(source, []).append(target)
    seen, frontier = {start}, {start}
    for _ in range(hops):
        frontier = {target for node in frontier for target in following.get(node, ())} - seen
        seen |= frontier
    return frontier


def _walk(seed: int, hops: int, degree: int) -> tuple[list[Edge], str]:
    """Layers around a start: each has up to so many nodes, and edges that lead back."""
    draws = Stream(seed, "walk")
    names = (coded_word(seed, "node", n) for n in range(10_000_000))
    start = next(names)
    edges: dict[Edge, None] = {}
    layer, seen = [start], [start]
    for _ in range(hops + 1):
        following = [next(names) for _ in range(1 + draws.below(degree))]
        for target in following:
            edges[layer[draws.below(len(layer))], target] = None
        back = layer[draws.below(len(layer))], seen[draws.below(len(seen))]
        if back[0] != back[1]:
            edges[back] = None
        seen += following
        layer = following
    return list(edges), start


def _parents(seed: int, degree: int) -> tuple[list[Edge], str]:
    """Some edges to a node, and one from it."""
    names = [coded_word(seed, "node", n) for n in range(degree + 2)]
    count = 1 + Stream(seed, "parents").below(degree)
    return [*((name, names[0]) for name in names[2 : 2 + count]), (names[0], names[1])], names[0]


def _filler(seed: int, own: list[Edge], count: int) -> list[Edge]:
    """Edges between other nodes, the same ones first whatever their number.

    Every third leads from one of them into the asked neighbourhood's last layer, so that a node is
    not told apart by standing alone; none changes what the question asks for.
    """
    draws = Stream(seed, "filler")
    last = own[-1][1]
    edges: dict[Edge, None] = {}
    nodes: list[str] = []
    while len(edges) < count:
        number = len(nodes) + 1
        source = coded_word(seed, "other", 1_000_000 + number)
        nodes.append(source)
        target = nodes[draws.below(number)]
        if number % 50 == 0:
            target = last
        if source != target:
            edges[source, target] = None
    return list(edges)


FAMILY = Family(
    kind="graph-walks",
    summary="an edge list; nodes at a distance from a node, or its parents",
    source="OpenAI GraphWalks (2025), own wording",
    parameters=(
        Parameter(name="variant", description="distance or parents; distance by default"),
        Parameter(name="hops", description="the asked distance; 2 by default"),
        Parameter(name="degree", description="most nodes of a layer; 3 by default"),
    ),
    prepare=prepare,
    has_depth=False,
    output_tokens=2_048,
    example='kind = "graph-walks"\nhops = 2',
    no_control={"absent": "the answer is the haystack as a whole"},
)
