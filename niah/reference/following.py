"""Ways to read what leads from one statement to another: threads, assignments, descent, edges."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from niah.reference.ways import Says, Way, every


def _end_of(start: str, following: Mapping[str, str]) -> str:
    """Where one step after the other leads; empty if there is no first one."""
    at, seen = start, {start}
    while (after := following.get(at)) is not None and after not in seen:
        seen.add(after)
        at = after
    return "" if at == start else at


def _thread(asked: re.Match[str], said: Sequence[Says]) -> str:
    return _end_of(asked["key"], {entry[0]: entry[1] for entry in said})


def _eldest(asked: re.Match[str], said: Sequence[Says]) -> str:
    elders = {younger or child: elder or parent for elder, younger, child, parent in said}
    return _end_of(asked["name"], elders)


def _variables(asked: re.Match[str], said: Sequence[Says]) -> str:
    """Those that are set to the value, and those that take it over, however many steps later."""
    names = {name: None for name, value, *_ in said if value == asked["value"]}
    takers: dict[str, list[str]] = {}
    for *_, taker, before in said:
        takers.setdefault(before, []).append(taker)
    waiting = list(names)
    while waiting:
        for taker in takers.get(waiting.pop(), ()):
            if taker not in names:
                names[taker] = None
                waiting.append(taker)
    return ", ".join(names)


def _at_distance(asked: re.Match[str], said: Sequence[Says]) -> list[str]:
    following: dict[str, list[str]] = {}
    for source, target in said:
        following.setdefault(source, []).append(target)
    seen = {asked["node"]}
    frontier = list(seen)
    for _ in range(int(asked["hops"])):
        reached = {target for node in frontier for target in following.get(node, ())}
        frontier = sorted(reached - seen)
        seen |= reached
    return frontier


def _parents(asked: re.Match[str], said: Sequence[Says]) -> list[str]:
    return sorted({source for source, target in said if target == asked["node"]})


def _nodes(
    find: Callable[[re.Match[str], Sequence[Says]], list[str]], heading: str
) -> Callable[[re.Match[str], Sequence[Says]], str]:
    return lambda asked, said: f"{heading}: [{', '.join(find(asked, said))}]"


_EDGES = every(r"\b(\w+) -> (\w+)")

WAYS = (
    Way(
        asks=re.compile(r"Begin at the entry (?P<key>\S+) and follow the entries"),
        statements=every(r"The entry (\S+) points to (\S+)\."),
        conclude=_thread,
    ),
    Way(
        asks=re.compile(r"Beginnen Sie beim Eintrag (?P<key>\S+) und folgen Sie den Einträgen"),
        statements=every(r"Der Eintrag (\S+) verweist auf (\S+)\."),
        conclude=_thread,
    ),
    Way(
        asks=re.compile(
            r"Which variables, directly or through others, have the value (?P<value>\w+)"
        ),
        statements=every(
            r"The variable (\w+) is set to (\w+)\."
            r"|The variable (\w+) takes over the value of (\w+)\."
        ),
        conclude=_variables,
    ),
    Way(
        asks=re.compile(
            r"Welche Variablen haben, direkt oder über andere, den Wert (?P<value>\w+)"
        ),
        statements=every(
            r"Die Variable (\w+) wird auf (\w+) gesetzt\."
            r"|Die Variable (\w+) übernimmt den Wert von (\w+)\."
        ),
        conclude=_variables,
    ),
    Way(
        asks=re.compile(r"Who is the eldest known ancestor of (?P<name>\w+)\?"),
        statements=every(
            r"\b(\w+) is the (?:father|mother) of (\w+)\.|\b(\w+) is a (?:son|daughter) of (\w+)\."
        ),
        conclude=_eldest,
    ),
    Way(
        asks=re.compile(r"Wer ist der älteste bekannte Vorfahr von (?P<name>\w+)\?"),
        statements=every(
            r"\b(\w+) ist (?:der Vater|die Mutter) von (\w+)\."
            r"|\b(\w+) ist (?:ein Sohn|eine Tochter) von (\w+)\."
        ),
        conclude=_eldest,
    ),
    Way(
        asks=re.compile(
            r"Which nodes are at a distance of exactly (?P<hops>\d+) from the node (?P<node>\w+)"
        ),
        statements=_EDGES,
        conclude=_nodes(_at_distance, "Final answer"),
    ),
    Way(
        asks=re.compile(
            r"Welche Knoten haben vom Knoten (?P<node>\w+) genau den Abstand (?P<hops>\d+)"
        ),
        statements=_EDGES,
        conclude=_nodes(_at_distance, "Endgültige Antwort"),
    ),
    Way(
        asks=re.compile(r"Which nodes have an edge that leads to the node (?P<node>\w+)\?"),
        statements=_EDGES,
        conclude=_nodes(_parents, "Final answer"),
    ),
    Way(
        asks=re.compile(r"Von welchen Knoten führt eine Kante zum Knoten (?P<node>\w+)\?"),
        statements=_EDGES,
        conclude=_nodes(_parents, "Endgültige Antwort"),
    ),
)
