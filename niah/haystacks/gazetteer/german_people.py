"""German sentences on people, events and crafts."""

from __future__ import annotations

from niah.haystacks.gazetteer.language import EntryKind, Topic

GENDERS = {
    "f": {"er": "sie", "ihn": "sie", "ihm": "ihr", "sein": "ihr", "kind": "Tochter",
          "gatte": "{~mann}", "erste": "Erste", "der": "die", "einer": "eine"},
    "m": {"er": "er", "ihn": "ihn", "ihm": "ihm", "sein": "sein", "kind": "Sohn",
          "gatte": "{~frau}", "erste": "Erster", "der": "der", "einer": "einer"},
}  # fmt: skip

_CALLINGS = (
    ("Uhrmacher", "Uhrmacherin", "Uhren", "baute", "eine Uhr mit {w:3-9} Zifferblättern",
     "die Mechanik", "Feilen"),
    ("Botaniker", "Botanikerin", "Pflanzenbilder", "vollendete", "ein Verzeichnis aller Pflanzen "
                                                                 "{region_gen}", "die Botanik",
                                                                 "Pressbretter"),
    ("Kartenzeichner", "Kartenzeichnerin", "Karten", "vollendete", "eine Karte {region_gen} in "
                                                                   "{w:4-20} Blättern",
                                                                   "die Landesaufnahme",
                                                                   "Messketten"),
    ("Komponist", "Komponistin", "Lieder und Kantaten", "schrieb", "eine Messe für {w:3-8} Stimmen",
     "die Musik", "Geigen"),
    ("Arzt", "Ärztin", "Arzneien", "veröffentlichte", "eine Schrift über das Sumpffieber",
     "die Medizin", "Instrumente"),
    ("Brückenbauer", "Brückenbauerin", "Brücken", "vollendete", "die Brücke von {other} mit "
                                                                "{w:3-11} Bögen", "die Baukunst",
                                                                "Zirkel"),
    ("Astronom", "Astronomin", "Mondtafeln", "veröffentlichte", "ein Verzeichnis von {#310-980} "
                                                                "Sternen",
     "die Himmelskunde", "Quadranten"),
    ("Dichter", "Dichterin", "Verse", "veröffentlichte", "ein Gedicht in {w:4-12} Gesängen auf "
                                                         "die {trade.name}", "die Dichtkunst",
                                                         "Federn"),
    ("Drucker", "Druckerin", "Kalender und Predigten", "druckte", "ein Wörterbuch der Mundart "
                                                                  "{region_gen}", "die Druckkunst",
                                                                  "Lettern"),
    ("Maler", "Malerin", "Bildnisse", "malte", "die Decke im Rathaus von {other}", "die Malerei",
     "Pinsel"),
    ("Bildweber", "Bildweberin", "Wandteppiche", "vollendete", "einen Teppich der zwölf Monate, "
                                                               "{w:4-13} Meter lang",
                                                               "die Webkunst", "Webstühle"),
    ("Orgelbauer", "Orgelbauerin", "Orgeln", "baute", "die Orgel von {other} mit {w:11-40} "
                                                      "Registern",
     "der Orgelbau", "Pfeifen"),
    ("Deichmeister", "Deichmeisterin", "Gräben und Schleusen", "eröffnete", "einen Graben von "
                                                                            "{w:8-30} Kilometern "
                                                                            "bei {other}",
                                                                            "der Wasserbau",
                                                                            "Wasserwaagen"),
    ("Lehrer", "Lehrerin", "Fibeln", "veröffentlichte", "ein Lesebuch für Dorfschulen",
     "die Schulkunde", "Schiefertafeln"),
    ("Liedersammler", "Liedersammlerin", "Notizhefte", "veröffentlichte", "eine Sammlung von "
                                                                          "{#120-640} Liedern",
                                                                          "die Liedforschung",
                                                                          "Hefte"),
    ("Schafzüchter", "Schafzüchterin", "Zuchtbücher", "zeigte", "einen Widder, der {w:3-7} Mal "
                                                                "gemalt wurde", "die Schafzucht",
                                                                "Scheren"),
    ("Linsenschleifer", "Linsenschleiferin", "Linsen und Fernrohre", "vollendete", "ein Fernrohr "
                                                                                   "von {w:2-9} "
                                                                                   "Metern Länge",
                                                                                   "die Optik",
                                                                                   "Schleifschalen"),
    ("Holzschnitzer", "Holzschnitzerin", "Krippenfiguren", "schnitzte", "einen Altar mit "
                                                                        "{w:20-90} Figuren",
                                                                        "die Schnitzkunst",
                                                                        "Messer"),
)  # fmt: skip


def _callings() -> tuple[dict[str, str], ...]:
    rows = []
    for male, female, works, act, piece, subject, tools in _CALLINGS:
        common = {"werke": works, "akt": act, "piece": piece, "fach": subject, "geraet": tools}
        rows += [{"ist": male, "tags": "m"} | common, {"ist": female, "tags": "f"} | common]
    return tuple(rows)


_PERSON = EntryKind(
    low=4,
    high=5,
    records={"calling": _callings(), "ehe": ({"gives": "married"}, {"gives": "single"})},
    facts=(
        ("vater", "{~person_m} {surname}"),
        ("master", "{~jemand}"),
        ("rival", "{~jemand}"),
        ("patron", "[Gräfin|Graf|Dekan|Oberst|Freifrau|Baron|Kanzler] {~nachname}"),
        ("partner", "{gatte}"),
        ("streitpunkt", "[ein geliehenes Buch|den Ostertermin|eine unbezahlte Rechnung|die "
                        "Tonhöhe einer Glocke|einen Druckfehler|eine gefällte {~baum}]"),
        ("tierchen", "[Katzen|Dohlen|Igel|Windhunde|zahme Mäuse|Papageien]"),
    ),
    topics=(
        Topic(
            always=True,
            low=2,
            high=4,
            opening=(
                "{name}, {calling.ist}, wurde {born} in {home} als {kind} von {vater}, einem "
                "{~handwerker}, geboren.",
                "{name} ({born} bis {died}), {calling.ist}, verbrachte fast das ganze Leben in "
                "{home} und {other}.",
                "Der Ruhm von {name}, {calling.ist} aus {home}, geboren {born}, beruht auf einem "
                "einzigen Werk.",
                "Von allen, die aus {home} stammen, kam {name}, {calling.ist}, geboren {born}, "
                "am weitesten herum.",
                "Als {calling.ist} weit über die Gegend hinaus bekannt, wurde {name} {born} in "
                "Sichtweite der {river} geboren.",
            ),
            sentences=(
                "{sein} Vater war zeitweise Wirt im Gasthof {inn_zum} und selten frei von "
                "Schulden.",
                "{sein}e Mutter, {~frau}, lehrte {ihn} das Lesen an einem Buch mit {w:12-60} "
                "Predigten.",
                "Mit {w:6-12} Jahren reparierte {er} den Brunnen am Kirchhof, worum {ihn} "
                "niemand gebeten hatte.",
                "In die Lehre kam {er} zu {master} in {other} und blieb dort {w:4-9} Jahre.",
                "Ein Onkel, {~mann}, bezahlte {ihm} {w:2-5} Jahre Schule in {other}.",
                "Im Jahr {y_child} verlief {er} sich und war {w:2-4} Tage verschollen, ein "
                "Abenteuer, von dem {er} später gern erzählte.",
                "Von {sein}en {w:3-11} Geschwistern überlebte {ihn} nur {~person_f}.",
                "Die Anfangsgründe des Faches brachte {ihm} {~besucher} bei, den {~wetter} in "
                "{home} festhielt.",
                "Das Elternhaus nahe beim Gasthof {inn_zum} wurde {after} abgerissen.",
            ),
        ),
        Topic(
            always=True,
            low=3,
            high=5,
            opening=(
                "Im Jahr {y1} {calling.akt} {er} {calling.piece}, und dieses Werk hat {sein}en "
                "Namen bewahrt.",
                "{sein}e ersten {calling.werke} erregten die Aufmerksamkeit von {patron}, und "
                "{y1} folgte ein Ruf nach {other}.",
                "Eine eigene Werkstatt in {other} eröffnete {er} {y1} mit geliehenem Geld von "
                "{patron}.",
                "Die Anerkennung kam {y1}, als {patron} {w:3-30} {sein}er {calling.werke} erwarb.",
            ),
            sentences=(
                "Von {patron} erhielt {er} {w:20-90} Gulden im Jahr, aber nie einen Brief ohne "
                "Schreibfehler im Namen.",
                "<married>Im Jahr {y2} heiratete {er} {partner}; aus der Ehe gingen {w:2-11} "
                "Kinder hervor.",
                "<single>Verheiratet war {er} nie und teilte ein Haus in {other} mit {~frau}, "
                "einer entfernten Verwandten.",
                "Ein Streit mit {rival} um {streitpunkt} begann {y3} und wurde in {w:5-40} "
                "Flugschriften fortgesetzt.",
                "Um {y3} beschäftigte {er} {w:3-25} Gehilfen, unter ihnen {~jemand}, später der "
                "bekanntere Name.",
                "Einen Ruf in die Hauptstadt lehnte {er} {y3} ab und nannte als Grund [das "
                "Brot|den Käse|die Forellen|das Bier|die Äpfel] von {home}.",
                "Zwischen {y2} und {y4} ging {er} {w:4-19} Mal zu Fuß nach {other}, immer auf "
                "demselben Weg.",
                "Der Rat von {other} verlieh {ihm} {y4} einen silbernen Becher, den {er} den "
                "Läutern schenkte.",
                "Ein Brand vernichtete {y3} alle Papiere, und {er} begann aus dem Gedächtnis von "
                "vorn.",
                "Im Jahr {y4} verwaltete {er} die Armenkasse von {home} und hinterließ die "
                "Bücher in bester Ordnung.",
                "Zur Arbeitsweise schrieb {er} einmal, man müsse um vier aufstehen, bis Mittag "
                "arbeiten und vor dem Essen mit niemandem reden.",
                "{sein}e {calling.werke} wurden bis nach {other} verkauft und dort von {~jemand} "
                "nachgeahmt.",
            ),
        ),
        Topic(
            sentences=(
                "Zeitgenossen schildern {ihn} als {~tugend}, {~tugend} und nachlässig gekleidet.",
                "{er} aß gern {~speise} und hielt {w:2-9} {tierchen}, die nach Ratsherren "
                "benannt waren.",
                "{er} ertrug [kein Glockengeläut|keine Geigen|kein tropfendes Wasser|keine "
                "Gänse] und zog deshalb {w:3-8} Mal um.",
                "Das einzige Bildnis, von {~jemand} gemalt, zeigt {ihn} am Fenster mit einem "
                "Zweig in der Hand.",
                "Von {y2} bis {y4} führte {er} ein Tagebuch, in dem das Wetter mehr Platz "
                "einnimmt als die Arbeit.",
                "Nach einem Urteil über {~jemand} gefragt, soll {er} [das Brot|den Käse|die "
                "Forellen|das Bier] gelobt haben.",
                "Jeden Tag ging {er} {w:5-19} Kilometer spazieren, und ein Zaunpfahl bei {home} "
                "trägt noch {sein}e Anfangsbuchstaben.",
            ),
        ),
        Topic(
            always=True,
            low=2,
            high=4,
            sentences=(
                "{name} starb {died} in {home} im Alter von {age} Jahren.",
                "Das Grab liegt in {home} [neben dem des Vaters|unter einer {~baum}|an der "
                "Südtür der Kirche], wie {er} es gewünscht hatte.",
                "Das Testament bedachte die Armen mit {w:5-60} Gulden, {~jemand} mit dem "
                "Werkzeug und die Verwandtschaft mit nichts.",
                "Die Gesellschaft {first} {surname}, gegründet {after}, trifft sich zu {~fest} "
                "im Gasthof {inn_zum}.",
                "In {other} heißt seit {after} eine Straße nach {ihm}.",
                "Die meisten {sein}er {calling.werke} sind verloren; {w:3-28} bewahrt die "
                "Bibliothek in {other}.",
                "Der Briefwechsel mit {patron} erschien {after} in {#100-750} Exemplaren.",
                "Über {sein}en Rang wird gestritten, seit {~jemand} {after} zeigte, wie viel "
                "{er} einem Vorbild aus {other} verdankte.",
            ),
        ),
    ),
)  # fmt: skip

_EVENTS = (
    {"it": "Große Flut", "kurz": "Flut", "gives": "flood damage", "year": "{#1490-1890}"},
    {"it": "Feuersbrunst", "kurz": "Feuersbrunst", "gives": "fire damage", "year": "{#1490-1840}"},
    {"it": "Frostnot", "kurz": "Frostnot", "gives": "winter", "year": "{#1510-1880}"},
    {"it": "Glockenfehde", "kurz": "Glockenfehde", "gives": "dispute", "year": "{#1530-1870}"},
    {"it": "Brotunruhe", "kurz": "Brotunruhe", "gives": "riot damage", "year": "{#1690-1830}"},
    {"it": "Belagerung", "kurz": "Belagerung", "gives": "siege", "year": "{#1490-1690}"},
    {"it": "Gewerbeschau", "kurz": "Gewerbeschau", "gives": "show", "year": "{#1830-1890}"},
    {"it": "Arbeitsniederlegung", "kurz": "Arbeitsniederlegung", "gives": "strike",
     "year": "{#1790-1890}"},
)  # fmt: skip

_EVENT = EntryKind(
    low=3,
    high=4,
    records={"event": _EVENTS},
    facts=(
        ("year", "{event.year}"),
        ("month", "{~monat}"),
        ("heading", "Die {event.it} von {name}, {year}"),
        ("hero", "{~frau}"),
        ("clerk", "{~mann}"),
        ("mayor", "{~mann}"),
    ),
    topics=(
        Topic(
            always=True,
            low=1,
            high=2,
            opening=(
                "Die {event.kurz} von {year} ist das Ereignis in der Geschichte von {name}, über "
                "das die meisten Berichte vorliegen.",
                "Was man von der {event.kurz} im {month} {year} weiß, steht in den "
                "Aufzeichnungen von {clerk}, der damals Küster von {name} war.",
                "Von keinem Ereignis wird in {name} öfter erzählt als von der {event.kurz} im "
                "{month} {year}.",
                "Die {event.kurz} von {year} machte {name} für {w:3-9} Wochen bei Leuten "
                "bekannt, die den Ort auf keiner Karte gefunden hätten.",
            ),
            sentences=(
                "Ihr war {~wetter} vorausgegangen, was viele für ein Zeichen hielten.",
                "Der Bericht des Küsters füllt {w:4-40} Blätter und wurde am Tag danach begonnen.",
                "Das Jahr hatte gut angefangen, mit reichlich {~ware} in {near1} und ohne "
                "Krankheit.",
                "{hero}, damals {w:14-70} Jahre alt, erzählte lange danach einem Reisenden davon.",
            ),
        ),
        Topic(
            always=True,
            low=3,
            high=5,
            sentences=(
                "<flood>Am Abend vor {~fest} begann die {river} zu steigen, und um Mitternacht "
                "stand sie im Schiff von {saint}.",
                "<flood>In {name} stürzten {w:12-70} Häuser ein, die meisten in der Gasse an der "
                "Brücke.",
                "<flood>{hero} ruderte in einem Braubottich von Fenster zu Fenster und brachte "
                "{w:5-30} Menschen aufs Trockene.",
                "<flood>Der Müller, {~mann}, öffnete die Schleusen zu spät und musste sich das "
                "sein Leben lang anhören.",
                "<flood>Als das Wasser fiel, fand man {~tiere} aus {near2} auf dem Dach des "
                "Gasthofs {inn_zum}.",
                "<flood>Die Brücke hielt stand, doch {w:2-5} ihrer Bögen waren mit Holz aus "
                "{near1} verstopft.",
                "<fire>Das Feuer brach gegen {w:2-11} Uhr morgens auf dem Dachboden von {~mann} "
                "aus, einem {~handwerker}.",
                "<fire>Der Wind trug die Funken quer durch {name}, und binnen einer Stunde "
                "brannten {w:20-95} Dächer.",
                "<fire>Die ledernen Eimer, im Vorjahr noch gezählt, erwiesen sich in {name} als "
                "von Mäusen zerfressen.",
                "<fire>{hero} rettete die Kirchenbücher, indem sie sie in den {brook} warf.",
                "<fire>Die Kirche {saint} verlor ihre {kirchenteil}, und die Glocken von {name} "
                "schmolzen, wo sie hingen.",
                "<fire>Männer aus {near2} rissen {w:4-16} Häuser nieder, um die Flammen "
                "aufzuhalten, was man ihnen nie ganz verzieh.",
                "<winter>Es schneite in {name} {w:9-26} Tage ohne Pause, und die Straße nach "
                "{near1} verschwand.",
                "<winter>Die {river} gefror bis auf den Grund, und die Mühle von {name} stand "
                "bis {~fest} still.",
                "<winter>{w:30-90} {~tiere} wurden der Wärme wegen in die Kirche {saint} "
                "getrieben.",
                "<winter>{hero} hielt in ihrer Küche Schule und verheizte {w:11-40} Stühle.",
                "<winter>Das Brot kam aus {near2}, auf einem Schlitten, den {~mann} und {w:2-7} "
                "Hunde zogen.",
                "<winter>Dem Küster {clerk} gefror die Tinte, worüber er sich auf {w:3-9} Seiten "
                "beklagt.",
                "<dispute>Die große Glocke von {saint} beanspruchte {near1}, das einst das "
                "Metall dazu geliehen hatte.",
                "<dispute>Der Schultheiß von {name}, {mayor}, verschloss den Turm und "
                "verschluckte, wie er sagte, den Schlüssel.",
                "<dispute>{w:4-30} Monate lang wurde nicht geläutet, und die {kind.leute} von "
                "{name} richteten sich nach dem Wirt.",
                "<dispute>{hero} bot an, auf eigene Kosten eine zweite Glocke gießen zu lassen, "
                "sofern sie eine Quinte tiefer klinge.",
                "<dispute>Die Sache {name} gegen {near1} wurde {w:3-12} Mal verhandelt, jedes "
                "Mal vor einem anderen Richter.",
                "<dispute>Bei Nacht kamen Leute aus {near1} mit einem Wagen und {w:9-30} "
                "Pferden, nahmen aber die falsche Glocke mit.",
                "<riot>Zu {~fest} kostete ein Laib Brot in {name} {w:7-19} Groschen, doppelt so "
                "viel wie in {near1}.",
                "<riot>Eine Menge von {w:50-99} Personen, angeführt von {hero}, hielt auf der "
                "Straße nach {near2} die Kornwagen an.",
                "<riot>Das Mehl wurde vor der Kirche {saint} gewogen, zum alten Preis verkauft "
                "und das Geld den Müllern zugestellt.",
                "<riot>Aus {other} rückten {w:12-60} Dragoner an, die nach dem Abendessen "
                "eintrafen.",
                "<riot>Von den Verhafteten ließ man in {name} {w:3-17} wieder laufen, weil sich "
                "kein Zeuge fand.",
                "<riot>Der Schultheiß {mayor}, dem man die Fenster eingeworfen hatte, ließ sie "
                "in {name} mit {~farbe}em Glas erneuern.",
                "<siege>Die Truppen lagerten bei {edge} und gruben {name} das Wasser ab.",
                "<siege>Der Stadthauptmann {mayor} wies {w:3-7} Angebote zurück, das letzte "
                "ungeöffnet.",
                "<siege>Die {kind.leute} von {name} lebten {w:5-15} Wochen lang von Hafer, "
                "Brennnesseln und den Pferden der Fuhrleute.",
                "<siege>{hero} ließ die Frauen von {name} mit Hüten über das Dach von {saint} "
                "ziehen, damit man sie für eine Besatzung hielt.",
                "<siege>Ein Stollen, der auf die Straße nach {near1} zielte, lief mit Wasser aus "
                "dem {brook} voll.",
                "<siege>Im {~monat} zogen die Belagerer von {name} ab und ließen {w:2-9} "
                "Geschütze im Schlamm zurück.",
                "<show>Den Gedanken hatte der Bürgermeister {mayor}, der in {other} etwas "
                "Ähnliches gesehen hatte.",
                "<show>Eingesandt wurden {#120-860} Stücke, darunter {w:9-60} Sorten "
                "{trade.stoff} und ein Korkmodell von {name}.",
                "<show>Die goldene Medaille gewann {hero} für {~speise}.",
                "<show>Die Halle an der {river}, in {w:5-11} Wochen errichtet, war an {w:6-20} "
                "Stellen undicht.",
                "<show>Den größten Andrang fand nicht das Vieh, sondern ein Automat von {~mann}, "
                "der Schach zu spielen schien.",
                "<show>In {name} wurden {n:4100-9800} Karten verkauft, und die Bahn setzte Züge "
                "aus {near1} ein.",
                "<strike>Zu {~fest} legten die {trade.worker} von {name} die Arbeit nieder.",
                "<strike>Sie verlangten {w:2-6} Groschen mehr am Tag und ein Ende der Bezahlung "
                "in {~ware}.",
                "<strike>Der Verleger {mayor}, dem die meisten Werkstätten von {name} gehörten, "
                "ließ Leute aus {other} kommen, die sich am selben Tag anschlossen.",
                "<strike>{hero} sammelte in {near1} {#210-990} Brote und verteilte sie auf dem "
                "Kirchhof.",
                "<strike>Nach {w:5-21} Wochen war {trade.stoff} aus {name} nirgends mehr zu haben.",
                "<strike>Der Vergleich, im Gasthof {inn_zum} unterzeichnet, gab den "
                "{trade.worker}n von {name} das meiste von dem, was sie gefordert hatten.",
            ),
        ),
        Topic(
            always=True,
            sentences=(
                "<damage>Der Schaden wurde auf {n:1200-9700} Gulden geschätzt, von denen {near2} "
                "{w:11-40} anbot.",
                "Am {~wievielten} [Sonntag|Montag|Freitag] im {month} wird in {name} noch immer "
                "ein Dankfest gehalten.",
                "Der damalige Vorsteher, {mayor}, trat im folgenden Jahr zurück und handelte in "
                "{other} mit {~ware}.",
                "{hero}, deren Anteil erst spät gewürdigt wurde, erhielt eine Rente von {w:4-20} "
                "Gulden und überlebte alle Beteiligten.",
                "Ein Lied von {w:14-60} Strophen auf die {event.kurz} wurde in {other} verkauft, "
                "ehe der Monat um war.",
                "Die Prozesse, die aus der {event.kurz} von {year} folgten, beschäftigten "
                "{~mann} in {near1} {w:6-30} Jahre lang.",
                "Ein Stein am Gasthof {inn_zum} trägt die Jahreszahl {year} und die Worte "
                "»{~spruch}«.",
                "{~jemand} prüfte {#1891-1938} die Papiere und hielt die Zahlen des Küsters für "
                "um die Hälfte zu hoch.",
                "<flood>In jedem Haus, das seit {year} in {name} gebaut wurde, liegt die Küche "
                "im Obergeschoss.",
                "<fire>Strohdächer sind in {name} seit {year} verboten, und man deckt mit "
                "Schiefer oder Ziegeln.",
                "<winter>Seit {year} halten die Bäcker von {name} im Turm Mehl für {w:3-8} "
                "Wochen vorrätig.",
                "<dispute>Die Glocke hängt heute in {name}, und das Seil gehört laut Vertrag "
                "{near1}.",
                "<siege>Kugeln aus der Belagerung von {year} dienen an der {flur} als Torpfosten.",
            ),
        ),
        Topic(
            low=1,
            high=3,
            sentences=(
                "Zum hundertsten Jahrestag der {event.kurz} aßen {#120-490} Gäste gemeinsam "
                "{~speise}.",
                "Zu den Erinnerungsstücken, die man in {name} zeigt, gehört {~altes}.",
                "In {near1} erzählt man von der {event.kurz} des Jahres {year} anders und mit "
                "mehr Gelächter.",
                "Die Kinder von {name} spielen die Geschichte jedes Jahr zu {~fest}, mit "
                "{w:8-30} Rollen und ohne Verfasser.",
                "{~jemand} malte davon {w:2-9} Bilder, keines nach dem Gedächtnis.",
                "Die Akten der {event.kurz} von {year} ließ {~mann} in {w:2-9} Bände binden.",
                "Im [Frühjahr|Spätherbst], wenn die Sonne tief steht, sind die im Bericht "
                "genannten Stellen bei {name} leicht zu finden.",
                "Ein Roman von {~jemand} verlegt die {event.kurz} von {name} nach {near2} und "
                "fügt eine Hochzeit hinzu.",
                "{~besucher}, der sich {#1895-1938} im Gasthof {inn_zum} danach erkundigte, "
                "hörte {w:3-9} verschiedene Fassungen.",
                "Der Lehrer von {near2}, {~mann}, wies {#1891-1936} nach, dass die {event.kurz} "
                "von {year} bereits die zweite ihrer Art war.",
            ),
        ),
    ),
)  # fmt: skip

_CRAFT = EntryKind(
    low=3,
    high=4,
    records={},
    facts=(
        ("heading", "Die {trade.name} in {name}"),
        ("guild_year", "{#1390-1690}"),
        ("first_master", "{~mann}"),
        ("reformer", "{~jemand}"),
    ),
    topics=(
        Topic(
            always=True,
            low=3,
            high=4,
            opening=(
                "Schon vor {guild_year}, als zum ersten Mal von einer Zunft die Rede ist, wurde "
                "in {name} die {trade.name} betrieben.",
                "Dem Zunftbuch von {guild_year} zufolge brachte {first_master} die {trade.name} "
                "nach {name}.",
                "Die {trade.worker} von {name} schlossen sich {guild_year} zu einer Zunft "
                "zusammen, deren erster Meister {first_master} war.",
            ),
            sentences=(
                "{trade.how}; so hält man es in {name} seit {guild_year}.",
                "Ob das Material taugt, entscheidet in {name} [die Nase|das Gewicht|der "
                "Klang|der Griff zwischen Daumen und Finger], und ein {trade.worker} irrt sich "
                "selten.",
                "Ein Satz Werkzeug, zu dem {trade.geraet} gehören, kostet {w:3-20} Gulden und "
                "vererbt sich von der Tante auf die Nichte oder vom Vater auf den Sohn.",
                "Gearbeitet wird von {~fest_frueh} bis {~fest_spaet}, doch mit Ausbesserungen "
                "haben die {trade.worker} von {name} das ganze Jahr zu tun.",
                "Von {w:20-99} Stücken werden etwa {w:2-9} verworfen und von den Herstellern "
                "selbst benutzt.",
                "Das Wasser der {river} soll das Geheimnis sein; {near1}, das den {brook} nutzt, "
                "schweigt dazu.",
                "Man unterscheidet {w:12-40} Arbeitsgänge, deren Namen außerhalb von {name} "
                "niemand kennt.",
            ),
        ),
        Topic(
            always=True,
            low=3,
            high=4,
            sentences=(
                "Die Zunft von {name} nahm jährlich {w:2-9} neue Meister auf und begrub ihre "
                "Toten auf eigene Kosten.",
                "Eine Ordnung von {#1500-1690} verbot jedem {trade.worker} die Arbeit bei "
                "Kerzenlicht, außer am Vorabend von {~fest}.",
                "Als erste Frau wurde {#1580-1790} {~frau} in die Zunft von {name} aufgenommen, "
                "als Witwe eines Meisters.",
                "Die Lade mit {w:3-5} Schlössern enthielt das Siegel, {w:4-19} silberne Löffel "
                "und {~altes}.",
                "Im Jahr {#1610-1760} klagte die Zunft gegen {near2}, weil man dort {trade.ware} "
                "von geringerer Güte verkaufte.",
                "Gesellen aus {other} wurden von {w:3-7} Meistern geprüft und bekamen ein "
                "Abendessen, ob sie bestanden oder nicht.",
                "Das Meisterstück wurde {#1640-1790} geändert, nachdem {~mann} mit einem aus "
                "{near1} geliehenen bestanden hatte.",
                "Die Zunft der {trade.worker} in {name} wurde {#1790-1870} aufgelöst, ihr "
                "Festmahl aber nicht.",
            ),
        ),
        Topic(
            always=True,
            sentences=(
                "{reformer} verbesserte das Werkzeug {#1740-1860} durch einen zweiten Griff, den "
                "die Älteren wieder entfernten.",
                "Die Erzeugung stieg von {n:200-900} {trade.einheit} um {#1780-1810} auf "
                "{n:1100-6400} um {#1820-1870}.",
                "Ein Aufseher zählte {#1841-1899} in {name} {w:20-99} {trade.worker}, davon "
                "{w:4-19} unter {w:12-15} Jahren.",
                "Billigere Ware aus der Fremde ruinierte zuerst die Werkstätten in {near1} und "
                "{w:3-20} Jahre später die in {name}.",
                "Eine Genossenschaft, die {~frau} {#1860-1928} gründete, gab {w:11-45} Leuten "
                "Arbeit.",
                "Die letzte Werkstatt in {name} schloss {#1921-1979}; ihr Werkzeug steht im "
                "Museum.",
                "Seit {#1951-1988} werden in {name} jeden {~monat} Kurse angeboten, zu denen "
                "{w:5-30} Teilnehmer kommen.",
                "Proben der alten Arbeit aus {name} liegen heute in {other}.",
            ),
        ),
        Topic(
            sentences=(
                "Aus dem Gewerbe stammen in {name} {w:5-30} Redensarten, die man am Werktag "
                "nicht gebraucht.",
                "Schutzpatron der {trade.worker} von {name} ist {~saint_m}, dessen Bild in jeder "
                "Werkstatt hängt.",
                "Beim jährlichen Festmahl gibt es {~speise}, und der jüngste {trade.worker} "
                "bezahlt die Musik.",
                "Die Arbeitslieder mit ihren {w:8-40} Strophen halten den Takt besser als jede "
                "Uhr, wie {~jemand} {#1840-1912} in {name} notierte.",
                "Die Hände eines {trade.worker}s erkennt man [an einer Narbe am linken Daumen|an "
                "der Farbe|an den kurzen Nägeln|am Geruch], und in {other} öffnen sie jede Tür.",
            ),
        ),
    ),
)  # fmt: skip

KINDS = {"person": _PERSON, "event": _EVENT, "craft": _CRAFT}
