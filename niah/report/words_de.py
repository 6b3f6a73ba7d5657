"""The German words of a report."""

from __future__ import annotations

GERMAN: dict[str, str] = {
    "kicker": "Langkontext-Bericht",
    "skip": "Zu den Ergebnissen springen",
    "contents": "Inhalt",
    "summary": "Kurz gesagt",
    "maps": "Wo es gelingt und wo nicht",
    "trials": "Jede Antwort",
    "margins": "Nach Länge und nach Tiefe",
    "pairs": "Modelle im Vergleich",
    "experiment": "Das Experiment",
    "method": "Wie die Zahlen zu lesen sind",
    "effective-title": "Effektive Kontextlänge",
    "pooled-effective-title": "Geglättete effektive Kontextlänge",
    "accuracy-title": "Trefferquote",
    "pooled-value": "{value} (geglättet)",
    "pooled-title": "Geglättete Trefferquote",
    "tokens": "{value}\u00a0Token",
    "below": "unter {value}",
    "at-least": "mindestens {value}",
    "interval": "95-%-Intervall {span}",
    "interval-n": "95-%-Intervall {lower} bis {upper}, n\u00a0=\u00a0{n}",
    "none-scored": "kein Versuch wurde gewertet",
    "lede-holds": "{model} hält bis {value}\u00a0Token ({how} {span}).",
    "lede-all": "{model} hält bei jeder geprüften Länge, bis {value}\u00a0Token ({how} {span}).",
    "lede-fails": "{model} genügt schon bei {value} Token nicht, der kürzesten geprüften Länge "
    "({how} {span}).",
    "lede-raw": "95-%-Intervall",
    "lede-pooled": "geglättet, 95-%-Intervall",
    "lede-nothing": "Von {model} wurde nichts gewertet.",
    "said-accuracy": "{model} gab die versteckte Antwort in {value} von {n} gewerteten Versuchen, "
    "in Kontexten von {shortest} bis {longest} Token; 95-%-Intervall {lower} bis {upper}, "
    "{method}.",
    "said-effective": "Die effektive Kontextlänge ist {value} Token (95-%-Intervall {span}): "
    "die längste geprüfte Länge nach der Regel: {rule}.",
    "said-effective-pooled": "Die geglättete effektive Kontextlänge ist {value} Token "
    "(95-%-Intervall {span}): die längste geprüfte Länge nach der Regel: {rule}.",
    "said-other-rule": "Nach einer anderen Regel sind es {value} Token (95-%-Intervall "
    "{span}): {rule}.",
    "said-other-none": "Nach einer anderen Regel hat es keine, weil der Grundwert 0 ist: {rule}.",
    "said-claimed": "Der Hersteller nennt ein Kontextfenster von {value} Token.",
    "said-beyond": "{n} gewertete Versuche sind länger: Wo ein Server mehr liest, als das Modell "
    "gelernt hat, sagt der Wert nichts über das Modell innerhalb seines Fensters.",
    "said-lowest-length": "Die niedrigste gemessene Länge ist {tokens} Token mit {value} ({lower} "
    "bis {upper}, n = {n}).",
    "said-lowest-depth": "Die niedrigste gemessene Tiefe ist {depth} % mit {value} ({lower} bis "
    "{upper}, n = {n}).",
    "said-even": "Bei jeder geprüften Länge erreicht es {value}.",
    "said-dip": "Fakten in der Mitte des Textes werden um {points} Prozentpunkte seltener gefunden "
    "als an beiden Enden (95-%-Intervall {lower} bis {upper}).",
    "said-bulge": "Fakten in der Mitte des Textes werden um {points} Prozentpunkte häufiger "
    "gefunden als an beiden Enden (95-%-Intervall {lower} bis {upper}).",
    "said-no-dip": "Ein Unterschied zwischen der Mitte und beiden Enden des Textes ließ sich nicht "
    "zeigen ({points} Prozentpunkte, 95-%-Intervall {lower} bis {upper}).",
    "said-falls": "Mit jeder Verdopplung der Länge fällt die Trefferquote um {points} "
    "Prozentpunkte (95-%-Intervall {lower} bis {upper}).",
    "said-rises": "Mit jeder Verdopplung der Länge steigt die Trefferquote um {points} "
    "Prozentpunkte (95-%-Intervall {lower} bis {upper}).",
    "said-steady": "Ein Trend mit der Länge ließ sich nicht zeigen ({points} Prozentpunkte je "
    "Verdopplung, 95-%-Intervall {lower} bis {upper}).",
    "said-cut": "{n} von {trials} Versuchen haben ihre Ausgabegrenze vor dem ersten Wort der "
    "Antwort aufgebraucht und zählen als falsch; das sagt mehr über die Grenze als über das "
    "Modell.",
    "said-repeated": "{n} von {trials} Versuchen wurden Wort für Wort dasselbe gefragt wie ein "
    "anderer; die Intervalle nehmen sie als unabhängig und sind zu schmal, wo die Antworten gleich "
    "sind.",
    "said-unscored": "{n} von {trials} Versuchen ließen sich nicht werten ({kinds}); sie zählen "
    "weder als richtig noch als falsch.",
    "said-unfinished": "{trials} von {planned} geplanten Versuchen sind erledigt.",
    "said-cost": "Es kostete {cost} für {tokens} Prompt-Token.",
    "said-cost-unknown": "Die Kosten sind unbekannt; {tokens} Prompt-Token wurden gelesen.",
    "at-least-cost": "mindestens {value}",
    "map-help": "Jede Zelle ist eine Kontextlänge und eine Tiefe. Zeigen Sie auf eine Zelle für "
    "ihre Zahlen; öffnen Sie sie mit Klick, Tippen oder Eingabetaste für ihre Versuche. "
    "Pfeiltasten gehen von Zelle zu Zelle.",
    "view": "Zeige",
    "view-value": "Trefferquote",
    "view-lower": "untere Grenze",
    "view-upper": "obere Grenze",
    "show-values": "Prozente in die Zellen schreiben",
    "legend-low": "0 %: nie gefunden",
    "legend-high": "100 %: immer gefunden",
    "legend-minus": "100 Punkte niedriger",
    "legend-plus": "100 Punkte höher",
    "cell": "{tokens} Token, Tiefe {depth} %",
    "cell-value": "{value} (95-%-Intervall {lower} bis {upper}), n\u00a0=\u00a0{n}",
    "cell-difference": "{points} Prozentpunkte, n\u00a0=\u00a0{n}",
    "cell-outlined": "in einem signifikant verschiedenen Bereich",
    "depth-axis": "Tiefe der Nadel in Prozent",
    "length-axis": "Kontextlänge in Token",
    "effective-line": "effektive Kontextlänge",
    "map-depth": "Tiefe",
    "trials-help": "Wählen Sie oben eine Zelle, oder filtern Sie. Jeder Versuch zeigt, was gefragt "
    "wurde, was zurückkam und warum es so gewertet wurde.",
    "trials-static": "Diese Liste hat {shown} von {all} Versuchen, die ohne volle Wertung zuerst. "
    "Öffnen Sie die Seite in einem Browser mit JavaScript für alle, oder nutzen Sie niah export.",
    "trials-broken": "Die übrigen Versuche ließen sich nicht entpacken: dieser Browser ist zu alt. "
    "Nutzen Sie niah export für alle.",
    "filter-model": "Durchgang",
    "filter-result": "Ergebnis",
    "filter-outcome": "Ausgang",
    "filter-reason": "Warum",
    "filter-length": "Länge",
    "filter-depth": "Tiefe",
    "filter-text": "Text enthält",
    "any": "alle",
    "result-right": "volle Wertung",
    "result-partial": "teilweise gewertet",
    "result-wrong": "Wertung 0",
    "result-unscored": "ohne Wertung",
    "reset": "Filter leeren",
    "more": "Mehr zeigen",
    "back": "Zurück zur Karte",
    "found-trials": "{shown} von {all} Versuchen",
    "no-trials": "Kein Versuch passt zu diesen Filtern.",
    "loading": "Die Versuche werden entpackt …",
    "score": "Wertung {value}",
    "not-scored": "ohne Wertung",
    "repeat": "Wiederholung {value}",
    "row-question": "Frage",
    "row-answers": "Erwartete Antwort",
    "row-response": "Antwort des Modells",
    "row-no-response": "(kein Text)",
    "row-verdict": "Urteil",
    "row-thinking": "Gedanken",
    "row-message": "Was geschah",
    "row-passage": "Im Text, bei {depth}",
    "row-distractor": "Ablenkung, bei {depth}",
    "depths": "{placed} % (verlangt {asked} %)",
    "row-planted": "Auch versteckt",
    "more-passages": "{n} weitere Sätze, nicht gezeigt; niah show --prompt hat alle",
    "row-no-passage": "nicht gezeigt: {why}",
    "row-tokens": "Token",
    "row-cost": "Kosten und Zeit",
    "row-served": "Geantwortet hat",
    "row-id": "Versuch",
    "found": "genannt: {value}",
    "taken": "nahm eine Ablenkung: {value}",
    "cut": "… [hier gekürzt, {n} weitere Zeichen; niah export hat alles]",
    "place-length": "{tokens} Token verlangt",
    "counted": "{n} im Prompt",
    "reported": "{n} vom Anbieter gemeldet",
    "not-reported": "vom Anbieter keine gemeldet",
    "cached": "{n} davon aus einem Cache",
    "output": "{n} in der Antwort",
    "reasoning": "{n} davon Gedanken",
    "latency": "{value} s",
    "attempts-1": "1 Anfrage",
    "attempts": "{n} Anfragen",
    "cost-unknown": "Kosten unbekannt",
    "unknown": "unbekannt",
    "over-length": "Trefferquote nach Kontextlänge, alle Tiefen zusammen",
    "over-depth": "Trefferquote nach Tiefe, alle Längen zusammen",
    "threshold": "Schwelle {value}",
    "as-table": "Die Zahlen als Tabelle",
    "column-length": "Token",
    "column-depth": "Tiefe",
    "column-model": "Durchgang",
    "column-accuracy": "Trefferquote",
    "column-interval": "95-%-Intervall",
    "column-n": "n",
    "column-effective": "effektive Länge",
    "column-cost": "Kosten",
    "column-trials": "gewertet / Versuche",
    "chart-alt": "{title}. {parts}",
    "chart-part": "{model}: von {first} bei {start} bis {last} bei {end}",
    "positions": "Anfang, Mitte, Ende und wachsende Länge",
    "positions-help": "Differenzen von Trefferquoten in Prozentpunkten. Über 0 werden Anfang, "
    "Ende, beide Enden oder längere Kontexte besser gelesen, unter 0 schlechter; ein Intervall, "
    "das 0 enthält, zeigt keinen Effekt. Anfang sind Tiefen bis 20 %, Mitte 40-60 %, Ende ab 80 %; "
    "jede Länge zählt gleich. Intervalle: {methods}.",
    "positions-table": "Differenzen zwischen Stellen im Text",
    "controls-table": "Anteile richtiger und falscher Antworten",
    "nolima-table": "Veröffentlichte Zeilen",
    "position-primacy": "Anfang minus Mitte (Primacy)",
    "position-recency": "Ende minus Mitte (Recency)",
    "position-middle_dip": "beide Enden minus Mitte (Delle in der Mitte)",
    "position-length_trend": "je Verdopplung der Länge",
    "column-position": "Differenz",
    "column-points": "Punkte",
    "controls": "Kontrollen",
    "controls-help": "Einige Versuche neben den Karten, die nicht in deren Zahlen stehen. Ganz "
    "ohne Text sind richtige Antworten geraten oder auswendig gewusst; mit der Nadel allein sind "
    "sie das Höchste, was zu erreichen ist. Fehlt die Nadel im ganzen Text, ist jede Antwort "
    "falsch außer der, dass der Text es nicht sagt; die richtige ist dann auswendig gewusst. "
    "Nadeln in festem Abstand vom Ende trennen die Länge des Textes von der Stelle darin.",
    "column-control": "Kontrolle",
    "column-share": "Anteil",
    "near-end": "Nadeln nahe am Ende neben allen Tiefen, nach Länge",
    "column-all-depths": "alle Tiefen (95-%-Intervall)",
    "column-near-end": "nahe am Ende (95-%-Intervall)",
    "questions": "Fragen, die ohne die Textstelle beantwortet werden",
    "said-questions": "{model} beantwortet {known} von {tried} Fragen ohne die Stelle, die sie "
    "beantwortet; die Messung stellt {asked}.",
    "said-questions-others": "Solche Antworten sind gewusst oder geraten, nicht im Text gefunden: "
    "Über die nicht so beantworteten Fragen ist die Trefferquote {value} (95-%-Intervall {lower} "
    "bis {upper}, n = {n}), über alle {all_value} ({all_lower} bis {all_upper}, n = {all_n}).",
    "questions-table": "Fragen, die kein Finden prüfen",
    "question-without-text": "ohne jeden Text beantwortet",
    "question-without-passage": "ohne die Stelle beantwortet",
    "question-not-from-passage": "aus der Stelle allein nicht beantwortet",
    "column-question": "Frage",
    "column-beside": "in den Kontrollen",
    "nolima": "Grundwert und effektive Länge nach NoLiMas Regel",
    "said-nolima": "{model} hat einen Grundwert von {base} (95-%-Intervall {lower} bis {upper}, "
    "n = {n}), den besten in kurzen Kontexten, bei {tokens} Token; mit mindestens 0,85 davon ist "
    "die effektive Länge {value} Token (95-%-Intervall {span}).",
    "said-nolima-none": "{model} hat einen Grundwert von {base} (95-%-Intervall {lower} bis "
    "{upper}, n = {n}), den besten in kurzen Kontexten, bei {tokens} Token; ein Anteil davon ist "
    "0, also gibt es nach dieser Regel keine effektive Länge.",
    "nolima-help": "Die Zeilen darunter sind nicht hier gemessen und haben andere Nadeln und Texte "
    "als unsere ({citation}).",
    "column-published": "veröffentlicht",
    "column-base": "Grundwert",
    "pair-title": "{second} gegen {first}",
    "pair-better": "{second} findet {points} Prozentpunkte mehr als {first} (95-%-Intervall "
    "{lower} bis {upper}, n = {n}).",
    "pair-worse": "{second} findet {points} Prozentpunkte weniger als {first} (95-%-Intervall "
    "{lower} bis {upper}, n = {n}).",
    "pair-same": "Ein Unterschied zwischen {second} und {first} ließ sich insgesamt nicht zeigen "
    "({points} Prozentpunkte, 95-%-Intervall {lower} bis {upper}, n = {n}).",
    "pair-paired": "Versuch für Versuch auf denselben Prompts verglichen: bei {won} Versuchen war "
    "nur {second} besser, bei {lost} nur {first} (McNemar p {p}).",
    "pair-unpaired": "Zelle für Zelle verglichen, auf den {cells} Zellen, die beide maßen: beide "
    "bekamen nicht dieselben Prompts.",
    "pair-regions": "{n} Zellen liegen in signifikant verschiedenen Bereichen (5 %, für alle "
    "betrachteten Bereiche korrigiert); sie sind umrandet.",
    "pair-local": "Das Mittel der ganzen Karte unterscheidet die beiden nicht, Teile davon tun es: "
    "{n} Zellen liegen in signifikant verschiedenen Bereichen (5 %, für alle betrachteten Bereiche "
    "korrigiert); sie sind umrandet.",
    "pair-shared": "Versuche teilen Heuhaufen: Das Intervall des Unterschieds spricht auch von "
    "anderen Heuhaufen, die Tests der Versuche und Bereiche nur von diesen.",
    "pair-no-regions": "Kein Bereich der Karte ist signifikant verschieden (5 %, für alle "
    "betrachteten Bereiche korrigiert).",
    "said-pooled": "{model} hat eine geglättete Trefferquote von {value} über alle Zellen, in "
    "Kontexten von {shortest} bis {longest} Token (n = {n} Versuche; 95-%-Intervall {lower} bis "
    "{upper}, {method}).",
    "said-mean": "{model} erreichte im Mittel {value} über {n} gewertete Versuche, in Kontexten "
    "von {shortest} bis {longest} Token; 95-%-Intervall {lower} bis {upper}, {method}.",
    "pair-differing": "Außer den Modellen unterscheiden sich: {what}.",
    "pair-refused": "{first} und {second} werden nicht verglichen, weil ihr Unterschied nicht "
    "allein der der Modelle wäre; es unterscheiden sich: {what}.",
    "differs-task": "die Aufgabe oder ihre Fassung",
    "differs-haystack": "der Heuhaufen",
    "differs-tokenizer": "das Vokabular, das die Token zählt",
    "differs-sharing": "wie Prompts Heuhaufen teilen",
    "differs-scoring": "die Wertung",
    "differs-prompt": "der Prompt um den Heuhaufen",
    "differs-request": "die Einstellungen der Anfragen",
    "differs-cells": "alle Zellen, keine haben beide gemessen",
    "imported-at": "Übernommen",
    "method-import": "Übernommene Versuche behalten die Wertung, die ihr Herausgeber gab, "
    "umgerechnet wie ihre Quelle sagt; wie ihre Prompts entstanden, ist hier nicht bekannt.",
    "league": "Nebeneinander",
    "notable": "Einige Antworten",
    "notable-help": "Einige Antworten, von jeder Art zu verfehlen oder zu scheitern eine, bevor "
    "eine zweite kommt, der kürzeste Text zuerst. niah show und niah export haben alle.",
    "made-by": "Von niah {version} aus seinem Speicher gemacht.",
    "run": "Lauf",
    "status": "Stand",
    "status-complete": "vollständig",
    "status-incomplete": "unvollständig",
    "status-running": "nicht beendet",
    "measured": "Gemessen",
    "from-to": "{start} bis {end}",
    "source": "Herkunft",
    "scorer": "Bewertung",
    "scored-by": "neu bewertet durch {value}",
    "source-measured": "von niah gemessen",
    "source-simulated": "Referenzleser: simuliert, kein Modell wurde gefragt",
    "source-imported": "übernommen aus {value}",
    "hash": "Hash des Experiments (SHA-256)",
    "counting": "Token-Zählung von {model}",
    "file": "Die Experimentdatei",
    "imported-file": "Was übernommen wurde",
    "versions": "Versionen und Hashes",
    "again": "Noch einmal messen",
    "again-help": "Speichern Sie die Experimentdatei als experiment.toml und führen Sie diese "
    "Befehle aus. Versuche, Prompts und Startwerte kommen gleich heraus.",
    "small-print": "Kleingedrucktes der Abbildungen",
    "method-1": "Ein Versuch versteckt einen Fakt, den niemand raten kann, in einem Text von genau "
    "der verlangten Länge und fragt danach. Die Kontextlänge zählt die Token aller Nachrichten; "
    "die Tiefe ist der Anteil des Textes vor dem Fakt.",
    "method-2": "Antworten werden nach festen Regeln gewertet, nicht von einem Modell. Eine "
    "Weigerung, eine Liste von Vermutungen oder ein anderer Wert gilt 0. Eine blockierte, "
    "gekürzte oder gescheiterte Anfrage wird gar nicht gewertet: sie sagt nichts darüber, was das "
    "Modell findet.",
    "method-pooled": "Geglättete Zahlen stammen aus einer glatten Karte, die an alle Zellen "
    "angepasst ist (ein Gauß-Prozess) und in der jede Zelle gleich viel wiegt, wie viele Versuche "
    "sie auch hatte. Wo Versuche dorthin gingen, wo sie am meisten sagten, führten rohe "
    "Mittelwerte in die Irre.",
    "method-3": "Jedes Intervall ist ein 95-%-Intervall. Zellen haben Jeffreys' Intervall; Längen, "
    "Tiefen und ganze Durchgänge ein t-Intervall über Wiederholungen, wo es mehrere gibt, und "
    "sagen es.",
    "method-4": "Die effektive Kontextlänge ist die längste geprüfte Länge, bis zu der die "
    "genannte Regel auch bei jeder kürzeren geprüften Länge gilt. Ihr Intervall wendet die Regel "
    "auf die Grenzen an.",
    "method-5": "Bei wenigen Versuchen je Zelle sagt ihre Zahl allein wenig; ihre Zeile, ihre "
    "Spalte und das Ganze sagen mehr. Die niedrigste von vielen Zellen sieht schlechter aus, als "
    "sie ist.",
    "method-6": "Versteckte Fakten zu finden ist die leichteste Nutzung eines langen Kontexts: wer "
    "besteht, mag beim Schließen über ebenso viel Text scheitern; wer hier scheitert, wird dort "
    "nicht besser.",
    "footer": "Von niah {version} aus seinem Speicher gemacht. Die Seite lädt und sendet nichts.",
}
