"""German sentences on regions, places, rivers and houses.

Rivers, trees, houses and parts of buildings are feminine throughout, place names neuter and
without an article: the forms that the sentences need follow from that.
"""

from __future__ import annotations

from niah.haystacks.gazetteer.german_trades import GEWERBE
from niah.haystacks.gazetteer.language import EntryKind, Topic

TERRAINS = {
    "coast": {
        "country": "[eine flache Küste aus Kiesbänken und Prielen|ein Ufer mit Steilhängen und "
        "stillen Buchten|ein Streifen aus Dünen, Salzwiesen und nasser Weide]",
        "edge": "[der Salzwiese|der Kiesbank|dem Hafenwatt|dem Klippenweg]",
        "crop": "[Gerste|Hafer|Bohnen|Frühkartoffeln]",
        "danger": "[der See|der Flut|den Winterstürmen]",
    },
    "hills": {
        "country": "[ein Land der runden Kuppen und Steinmauern|eine hohe Weide, die von engen "
        "Waldtälern zerschnitten wird|eine Hochfläche aus Heidekraut, die nach drei "
        "Seiten steil abfällt]",
        "edge": "[der oberen Weide|der Heidemauer|dem Steinbruchweg|der Schafhöhe]",
        "crop": "[Hafer|Dinkel|Roggen|Rüben]",
        "danger": "[dem Schnee|den Sturzbächen|dem Nordwind]",
    },
    "marsh": {
        "country": "[ein entwässertes Moor mit schnurgeraden Gräben|eine Folge von Schilf und "
        "nassen Wiesen zwischen niedrigen Lehminseln|eine Ebene, in der die "
        "Kirchtürme als Wegweiser dienen]",
        "edge": "[den Überschwemmungswiesen|dem alten Deich|dem Schilfgürtel|dem Triftweg]",
        "crop": "[Weizen|Flachs|Senf|Sellerie]",
        "danger": "[dem Hochwasser|dem Wechselfieber|dem Dammbruch]",
    },
    "forest": {
        "country": "[altes Waldland mit Lichtungen und Kohlplätzen|ein längst aufgeteilter "
        "Bannwald|ein Buchenland auf sandigen Rücken, dazwischen Heide]",
        "edge": "[dem Hauwald|der Waldstraße|der Heide|dem Wildzaun]",
        "crop": "[Roggen|Buchweizen|Kirschen|Hopfen]",
        "danger": "[dem Feuer|dem Verlust der Waldrechte|den Wölfen]",
    },
}


def _mark(gender: str, noun: str) -> dict[str, str]:
    farbe = "{mark.farbe}"
    forms = {
        "m": (f"ein {farbe}er {noun}", f"einen {farbe}en {noun}", f"den versteckten {noun}"),
        "f": (f"eine {farbe}e {noun}", f"eine {farbe}e {noun}", f"die versteckte {noun}"),
        "n": (f"ein {farbe}es {noun}", f"ein {farbe}es {noun}", f"das versteckte {noun}"),
    }[gender]
    return {"farbe": "{~farbe}", "nom": forms[0], "acc": forms[1], "versteckt": forms[2]}


MARKS = tuple(
    _mark(gender, noun)
    for gender, nouns in (
        ("m", "Reiher Schlüssel Hecht Turm Hase Widder Anker Pflug Stern Kamm"),
        ("f", "Garbe Glocke Leiter Laterne Brücke Kanne Distel Schere Krone"),
        ("n", "Rad Hufeisen Schiff Eichenblatt Kreuz Horn Boot"),
    )
    for noun in nouns.split()
)


def _region(nom: str, dat: str, gen: str, acc: str) -> dict[str, str]:
    heading = nom[0].upper() + nom[1:]
    return {
        "region": nom,
        "region_in": dat,
        "region_gen": gen,
        "region_acc": acc,
        "heading": heading,
    }


REGION_FORMS = (
    _region("das {stem}er Land", "im {stem}er Land", "des {stem}er Landes", "das {stem}er Land"),
    _region("die {stem}er Mark", "in der {stem}er Mark", "der {stem}er Mark", "die {stem}er Mark"),
    _region("der {stem}gau", "im {stem}gau", "des {stem}gaus", "den {stem}gau"),
    _region("die Grafschaft {stem}", "in der Grafschaft {stem}", "der Grafschaft {stem}",
            "die Grafschaft {stem}"),
    _region("der {stem}er Winkel", "im {stem}er Winkel", "des {stem}er Winkels",
            "den {stem}er Winkel"),
    _region("die {stem}er Pflege", "in der {stem}er Pflege", "der {stem}er Pflege",
            "die {stem}er Pflege"),
    _region("das Amt {stem}", "im Amt {stem}", "des Amtes {stem}", "das Amt {stem}"),
)  # fmt: skip

_REGION = EntryKind(
    low=4,
    high=5,
    records={"mark": MARKS},
    facts=(),
    topics=(
        Topic(
            always=True,
            opening=(
                "{region} ist zum größten Teil {country}.",
                "Wer von [Norden|Süden|Osten|Westen] kommt, sieht zuerst nur den Himmel, denn "
                "{region} ist {country}.",
                "Auf älteren Karten ist {region} {country}, und die Beschreibung trifft noch "
                "immer zu.",
                "Im Kern ist {region} {country}, und die Bewohner haben es nie anders gewollt.",
            ),
            sentences=(
                "Die wichtigsten Flüsse sind die {river}, die {river2} und die {river3}, von "
                "denen nur die [erste|zweite] schiffbar ist.",
                "Die größte Länge, von {town1} bis {town2}, beträgt {w:22-70} Kilometer, die "
                "größte Breite etwa {w:11-20}.",
                "Der Boden ist an der {river} {~boden} und anderswo {~boden}.",
                "Der höchste Punkt liegt bei {town3}; von dort lassen sich an klaren Tagen "
                "{w:7-30} Kirchtürme zählen.",
                "Das Klima gilt als [mild|rau|wechselhaft], und mit {~wetter_dat} ist jedes "
                "[zweite|dritte|vierte] Jahr zu rechnen.",
                "Angebaut wird vor allem {crop}; {~ware} und {~ware} kommen in Mengen hinzu, die "
                "vom Wetter abhängen.",
                "Die Landschaft um {town2} hat sich kaum verändert, seit {~mann} sie "
                "{#1590-1790} gezeichnet hat.",
            ),
        ),
        Topic(
            always=True,
            low=3,
            high=4,
            sentences=(
                "In {town1} tagte bis {#1790-1868} ein eigenes Gericht, und der Stuhl des "
                "Richters wird noch gezeigt.",
                "Ein Vertrag von {#1280-1490} befreite die Bauern {region_gen} von "
                "[Spanndiensten|Brückengeldern|der Heeresfolge jenseits der {river}].",
                "Der Brauch, [das Land unter allen Kindern gleich zu teilen|das Haus dem "
                "jüngsten Kind zu überlassen|Wiesen bei brennender Kerze zu verpachten], hielt "
                "sich in {town2} bis {#1740-1890}.",
                "Maß und Gewicht wichen von denen der Nachbarn ab, und auf einen Scheffel von "
                "{town1} gingen {w:17-29} Kannen.",
                "Ein Siegel von {#1240-1480} zeigt {mark.acc} zwischen {w:2-6} Sternen.",
                "Eine Kommission zählte {#1540-1660} in der ganzen Gegend um {town3} "
                "{n:1200-5800} Herdstellen und {w:11-48} Mühlen.",
                "Zu {~fest} brachten die Pächter {w:2-40} Fuhren {~ware} nach {town1} und "
                "erhielten dafür Brot, Bier und ein Paar neue Handschuhe.",
            ),
        ),
        Topic(
            sentences=(
                "Die Mundart {region_gen} erkennt man [am verschluckten Auslaut|an der "
                "langsamen, singenden Frage|daran, dass jeder Fremde Vetter heißt].",
                "Ein Handel in {town1}, so das Sprichwort, wird {w:3-9} Mal beschlossen und "
                "einmal gehalten.",
                "{~besucher} schrieb {#1690-1870}, die Leute seien {~tugend}, {~tugend} und "
                "jedem Gast gewogen, der bezahle.",
                "An Festtagen gibt es {~speise}, und in {town3} kocht man das in jedem Haus "
                "anders.",
                "Die Lieder, die {~jemand} um {#1880-1912} in {town2} aufschrieb, füllen "
                "{w:3-14} Hefte.",
                "Die Feindschaft zwischen {town1} und {town2} begann mit {~ware} und äußert sich "
                "heute nur noch [beim Tauziehen|in der Blasmusik|bei der Kürbiszucht|im Kegeln].",
                "Mundartwörter wie [Schnuke für ein Gatter|Morrel für ein Tagwerk|Tidder für "
                "feinen Regen|Fettich für den Nachbarn] hört man an Markttagen noch in {other}.",
            ),
        ),
        Topic(
            sentences=(
                "Seit {#1660-1770} verkehrte zwischen {town1} und {town2} [ein Bote|eine "
                "Landkutsche|ein Frachtwagen], die Strecke zu {w:2-11} Groschen.",
                "Die Landstraße von {#1740-1796} folgt meist der {river} und meidet den Berg bei "
                "{town3}.",
                "Ein Kanal von {town2} zur {river} wurde {#1766-1812} vermessen und {~grund} "
                "aufgegeben.",
                "Die Eisenbahn kam {#1846-1888} und beendete binnen {w:3-15} Jahren [das "
                "Postreiten|den Viehtrieb|die Flussschifffahrt] um {town3}.",
                "Von {w:14-60} Brücken, die {#1620-1780} verzeichnet sind, ist die Saumbrücke "
                "bei {other} die älteste.",
                "Die heutige Straße von {town1} nach {other} legte {#1790-1860} {~mann} an, "
                "{~bemerkung}.",
            ),
        ),
        Topic(
            sentences=(
                "Die folgenden Einträge beruhen auf den "
                "[Kirchenbüchern|Gerichtsbüchern|Katastern] von {town1} und auf den Notizen von "
                "{~jemand}.",
                "Entfernungen sind in der Luftlinie angegeben und vom Marktbrunnen oder von der "
                "Kirche aus gerechnet, wie es in {town1} seit {#1790-1890} üblich ist.",
                "Die Schreibung folgt der Landesaufnahme von {#1840-1898}, die {town2} den "
                "älteren Formen vorzog.",
                "Wo zwei Berichte sich widersprechen, gilt der von {~jemand} als der "
                "[ältere|trockenere|vorsichtigere].",
                "Leser aus {town3} haben zur Auflage von {#1870-1931} freundlicherweise "
                "{w:12-90} Berichtigungen eingesandt.",
            ),
        ),
    ),
)

_STADT = {"nom": "die Stadt", "acc": "die Stadt", "dat": "der Stadt", "gen": "der Stadt"}
_DORF = {"nom": "das Dorf", "acc": "das Dorf", "dat": "dem Dorf", "gen": "des Dorfes"}
_ORT = {"nom": "der Ort", "acc": "den Ort", "dat": "dem Ort", "gen": "des Ortes"}
_BUERGER = {"leute": "Bürger", "leuten": "Bürgern"}
_BAUERN = {"leute": "Bauern", "leuten": "Bauern"}
_BEWOHNER = {"leute": "Bewohner", "leuten": "Bewohnern"}
_FISCHER = {"leute": "Fischer", "leuten": "Fischern"}

_KINDS = (
    {"ein": "eine kleine Stadt", "gives": "town"} | _STADT | _BUERGER,
    {"ein": "eine Marktstadt", "gives": "town"} | _STADT | _BUERGER,
    {"ein": "eine ummauerte Stadt", "gives": "town walled"} | _STADT | _BUERGER,
    {"ein": "ein Marktflecken", "gives": "town"} | _ORT | _BUERGER,
    {"ein": "ein Dorf", "gives": "village"} | _DORF | _BAUERN,
    {"ein": "ein großes Dorf", "gives": "village"} | _DORF | _BAUERN,
    {"ein": "ein Kirchdorf", "gives": "village"} | _DORF | _BEWOHNER,
    {"ein": "ein Straßendorf", "gives": "village"} | _DORF | _BEWOHNER,
    {"ein": "ein Weiler", "gives": "village"} | _ORT | _BEWOHNER,
    {"ein": "ein Hafenort", "gives": "town port", "tags": "coast"} | _ORT | _FISCHER,
    {"ein": "ein Fischerdorf", "gives": "village port", "tags": "coast"} | _DORF | _FISCHER,
    {"ein": "ein Moordorf", "gives": "village", "tags": "marsh"} | _DORF | _BAUERN,
    {"ein": "ein Waldhufendorf", "gives": "village", "tags": "forest"} | _DORF | _BAUERN,
    {"ein": "ein Bergdorf", "gives": "village", "tags": "hills"} | _DORF | _BEWOHNER,
)

_LAGE = Topic(
    always=True,
    low=2,
    high=4,
    opening=(
        "{name}, {kind.ein} {region_in}, liegt am {ufer} Ufer der {river}, {dist1} {dir1} von "
        "{near1}.",
        "{name} ist {kind.ein} {lage}, {dist1} {dir1} von {near1} und {dist2} {dir2} von {near2}.",
        "{name}, {kind.ein} {lage}, liegt {dist2} {dir2} von {near2} an der Straße nach {near1}.",
        "Wer von {near1} nach {near2} reist, kommt durch {name}, das {lage} liegt.",
        "{name} ist {kind.ein} mit etwa {w:20-95} {haeuser} Häusern und liegt {dist1} {dir1} von "
        "{near1}.",
        "Am {ufer} Ufer der {river}, {dist1} {dir1} von {near1}, liegt {name}, {kind.ein}, "
        "weithin bekannt für {trade.ware}.",
        "Von der Straße nach {near1} aus erscheint {name} als eine einzige Zeile {haeuser_gen} "
        "Häuser {lage}.",
        "{name}, {dist1} {dir1} von {near1}, liegt als "
        "[einziger|kleinster|ältester|nördlichster] Ort {region_gen} an beiden Ufern der {river}.",
    ),
    sentences=(
        "Über die {river} führt eine Brücke mit {w:2-9} Bögen, die {bridge_year} aus {stein} "
        "[errichtet|erneuert] wurde.",
        "Die meisten Häuser sind aus {stein}, und die älteren kehren der {river} den Rücken.",
        "Das Gelände steigt nach {near2} hin in {w:3-8} breiten Stufen an, deren jede mit einer "
        "Reihe von {~baum}n besetzt ist.",
        "Man unterscheidet {oben} und {unten}, und jeder Teil hält den anderen für einen Nachtrag.",
        "Der {brook} fließt mitten durch {kind.acc} und ist mit {w:4-17} Steinplatten überdeckt.",
        "Die Zählung von 18[1|2|3|4]9 ergab für {name} [{n:140-980} Einwohner, die von 1890 "
        "immerhin {n:1010-3900}|{n:1100-4900} Einwohner, die von 1900 nur noch {n:210-990}].",
        "{name} hat {w:2-6} Straßen mit Namen und {w:3-14}, die keinen brauchen.",
        "Die nächsten Nachbarn sind {near1}, {near2} und {near3}, die man alle vom Kirchturm aus "
        "sieht.",
        "Die Gemarkung besteht aus {~boden_dat}, gut für {crop} und schlecht für Stiefel.",
        "Einen Anwalt gibt es in {name} nicht.",
        "Besseres Wasser als das aus dem {brook} gibt es nicht.",
        "In {name} ist es selten windstill.",
        "Von {edge} aus blickt man über {w:3-12} Kirchspiele bis nach {other}.",
        "Einen Marktplatz hat {name} nicht; was zu verhandeln ist, wird unter einer {~baum} "
        "verhandelt, die {~mann} {#1640-1820} pflanzte.",
        "Eine Allee aus {w:22-80} {~baum}n führt von der Brücke über die {river} zur Kirche.",
        "Die Gemarkung umfasst {n:1100-6400} Morgen, von denen {w:30-90} einen Teil des Jahres "
        "unter Wasser stehen.",
        "<village>Zwischen {name} und {near1} gibt es keinen Laden, doch kommt "
        "[dienstags|donnerstags|jeden zweiten Freitag] ein Bote mit {~ware} und Neuigkeiten.",
        "<town>Der Markt fällt zur {river} hin ab, sodass die Stände bei Regen nur auf der "
        "oberen Seite stehen.",
        "<town>Einst schlossen vier Tore die Straßen bei Nacht; erhalten ist das Tor nach "
        "{near1} mit einer Kammer, die {~amt} benutzte.",
        "<walled>Von der Mauer stehen zwischen dem Tor nach {near1} und der {river} noch "
        "{#200-900} Meter.",
        "<port>Den Hafen schützt eine Mole aus {stein}, {#90-480} Meter lang und {#1560-1790} "
        "begonnen.",
        "<port>Bei Ebbe liegen die Boote von {name} auf dem Schlick, und ihre Besitzer sitzen "
        "auf der Mauer und flicken Netze.",
    ),
)

_NAME = Topic(
    low=2,
    high=4,
    opening=(
        "Der Name lautet in einer Urkunde von {founded} {old_name} und wird gewöhnlich als "
        "{deutung} gedeutet.",
        "Im ältesten Zeugnis, einer Schenkung von {founded}, heißt {kind.nom} {old_name}, was "
        "etwa {deutung} bedeutet.",
        "{name} wurde {founded} von {founder} gegründet, um den Übergang für "
        "[Wolle|Salz|Pilger|Vieh|Truppen] auf dem Weg nach {near1} zu sichern.",
        "Vor {founded} ist über {name} nichts bekannt; in jenem Jahr erhielt {founder} das "
        "Recht, dort einen Markt abzuhalten.",
        "Der Überlieferung nach gründete {founder} {kind.acc} im Jahr {founded}.",
    ),
    sentences=(
        "{~jemand} sammelte {#1830-1905} die Sagen der Gegend und leitete den Namen lieber von "
        "einem Wort für {~benanntes} ab.",
        "Feuersteingeräte und {fund} aus Bronze, gefunden bei {edge}, zeigen, dass hier schon "
        "viel früher Menschen lebten.",
        "Die ersten Siedler sollen nach einem Streit um {streit} aus {near2} gekommen sein.",
        "Eine Liste von {#1290-1420} nennt in {name} {w:13-76} Haushalte, darunter {w:2-9} von "
        "Witwen.",
        "Der Grabstein des Gründers, falls es der seine ist, liegt in der Kirche von {name} und "
        "hat keine Nase mehr.",
        "Das Recht, [einen Vogt zu wählen|Gänse auf der Allmende zu halten|Bauholz zu "
        "schlagen|in der eigenen Mühle zu mahlen], erhielt {name} {#1300-1520} gegen {w:2-12} "
        "Pfund Pfeffer im Jahr.",
        "Die Familie {~nachname} saß {w:4-15} Generationen auf dem Gut von {name} und hinterließ "
        "{w:2-11} Grabmäler, von denen keines einem Menschen ähnelt.",
        "Um {#1410-1560} hatte {kind.nom} {w:2-9} Mühlen, einen Pferch für verlaufene {~tiere} "
        "und eine schadhafte Brücke.",
        "Eine Urkunde, die in {near1} verwahrt wird, gewährt {kind.dat} einen Jahrmarkt von "
        "{w:2-8} Tagen zu {~fest}.",
        "Das Wappen von {name}, bestätigt {#1480-1690}, zeigt {mark.acc} in {~feldfarbe}em Feld.",
    ),
)

_GESCHICHTE = Topic(
    always=True,
    dated=True,
    low=3,
    high=6,
    sentences=(
        "Im Jahr {next} stieg die {river} in einer Nacht um {w:2-5} Meter und riss die untere "
        "Mühle von {name} fort.",
        "Ein Brand, der in der Werkstatt eines {~handwerker}s ausbrach, vernichtete {next} "
        "{w:14-88} Häuser.",
        "Die Glocken goss {next} {~mann} um, der mit {~ware} bezahlt wurde und nie wiederkam.",
        "{~zeit} {next} kauften die {kind.leute} von {name} das Gericht für {n:120-1900} Gulden "
        "frei.",
        "Ein Streit mit {near1} um die gemeinsame Weide begann {next} und endete erst nach "
        "{w:13-60} Jahren.",
        "Ein Fieber, das {next} aus {other} eingeschleppt wurde, forderte in {name} {w:17-90} "
        "Tote.",
        "An das Pestjahr {next} erinnert eine Reihe von {~baum}n, die für die Toten von {name} "
        "gepflanzt wurde.",
        "{~zeit} {next} verbot {~amt} [das Kegeln|das Tanzen|das Halten von Gänsen|das "
        "Ballspiel|das Läuten nach Einbruch der Nacht] in der Straße nach {near2}.",
        "{~wetter} verdarb {next} die Ernte, und das Brot wurde in {name} nach Lot verkauft.",
        "Soldaten, die {next} in {name} im Quartier lagen, hinterließen Schulden von {#110-940} "
        "Gulden und {~altes}.",
        "Der Markt wurde {next} vom [Frühjahr|Sommer] in den [Herbst|Winter] verlegt, "
        "{~bemerkung}.",
        "{~mann}, ein {~handwerker}, stiftete {next} den Ertrag von {w:2-30} Morgen, damit arme "
        "Kinder aus {name} ein Handwerk lernen konnten.",
        "Die Allmende wurde {next} aufgeteilt, und {w:12-70} Familien zogen nach {other}.",
        "Ein neuer Brunnen wurde {next} {~anlass} gesetzt.",
        "Die Straße nach {near1} wurde {next} um {w:2-4} Ellen erhöht, sodass man sie auch im "
        "Winter benutzen konnte.",
        "{~frau} musste {next} eine Buße zahlen, weil sie am Sonntag {~ware} verkauft hatte.",
        "Die Kirchenrechnung von {next} verzeichnet {w:3-40} Groschen für {~ausgabe}.",
        "Während einer Hochzeit schlug {next} der Blitz in den Turm, doch wurde nur der Lehrling "
        "eines {~handwerker}s verletzt.",
        "Der große Frost von {next} hielt die {river} {w:5-13} Wochen lang fest, und unterhalb "
        "von {name} briet man auf dem Eis einen Ochsen.",
        "{~besucher} nannte {kind.acc} {next} {urteil}.",
        "{~mann} und {w:3-11} andere standen {next} vor Gericht, weil sie die Zäune von {near2} "
        "niedergerissen hatten.",
        "{~zeit} {next} beschlossen die {kind.leute}, dass jedes Haus eine Leiter, einen Eimer "
        "und eine Laterne haben müsse, {~bemerkung}.",
        "Die Ernte von {next} missriet.",
        "{~zeit} {next} stürzte das Dach von {saint} ein.",
        "Aus dem Jahr {next} ist von {name} nichts überliefert.",
        "Ein Verzeichnis von {next} nennt {w:40-99} Häuser, {w:5-30} Scheunen und genau [einen "
        "Birnbaum|eine Kutsche|ein Buch|einen Spiegel] von Wert.",
        "Der Wochenmarkt von {name} schlief {next} ein und wurde {w:3-40} Jahre später von "
        "{~frau} wiederbelebt.",
        "Der Pfarrer {~mann} begann {next} ein Wettertagebuch, das er {w:13-51} Jahre lang führte.",
        "Eine Schauspieltruppe aus {other} wurde {next} abgewiesen, weil es keinen Saal mit "
        "festem Boden gab.",
        "{~neuheit} sah man in {name} zum ersten Mal {next}, und aus {near1} und {near2} kamen "
        "Neugierige.",
        "Zur Ausbesserung der Dämme bei {other} schickte {name} {next} {w:4-60} Männer und "
        "erhielt zum Dank ein Fass {~trank}.",
        "<town>Die Zunft der {trade.worker} erhielt {next} ihre Ordnung, die erste {region_in}, "
        "die jeder lesen konnte.",
        "<town>{~zeit} {next} verpfändete der Rat sein Silber für {~ausgabe}.",
        "<port>Ein Sturm versenkte {next} im Hafen von {name} {w:5-28} Boote, und für die "
        "Familien sammelte man bis nach {other}.",
    ),
)

_GEWERBE = Topic(
    always=True,
    low=2,
    high=5,
    opening=(
        "Der wichtigste Erwerbszweig von {name} ist die {trade.name}, von der um {#1760-1860} "
        "{w:20-90} Haushalte lebten.",
        "Seit [Jahrhunderten|vielen Generationen] leben die {kind.leute} von {name} von der "
        "{trade.name}.",
        "Seinen bescheidenen Wohlstand verdankt {name} der {trade.name}, die hier seit "
        "mindestens {#1420-1680} betrieben wird.",
        "Wer {region_in} nach {trade.ware_dat} fragt, wird nach {name} geschickt.",
        "Die {trade.name}, die {~jemand} {#1460-1720} einführte, ernährt {kind.acc} noch immer.",
    ),
    sentences=(
        "{trade.how}; in {name} dauert das Ganze {w:2-9} Wochen.",
        "Die {trade.worker} von {name} arbeiten mit {trade.geraet_dat}, wie man sie sonst "
        "nirgends findet.",
        "In guten Jahren gehen {n:120-3900} {trade.einheit} {trade.stoff} nach {near1} und "
        "{other}.",
        "{trade.rohstoff} wird in {name} mit besonderer Sorgfalt ausgesucht, und das Beste "
        "bleibt den Kunden in {other} vorbehalten.",
        "Die Lehre dauert {w:4-7} Jahre und endet mit einer Probearbeit vor drei Meistern aus "
        "{near2}.",
        "Das Gewerbe litt, als {near1} um {#1770-1890} billiger zu verkaufen begann, doch auf "
        "die Dauer siegte die Güte.",
        "Ein {trade.worker} namens {~mann} gewann dafür {#1851-1911} eine Medaille.",
        "{trade.haus} an der {river}, {#1690-1850} erbaut, beschäftigt {w:12-70} Leute, von "
        "denen die meisten {~nachname} heißen.",
        "Die Preise werden einmal im Jahr, zu {~fest}, im Hinterzimmer des Gasthofs {inn_zum} "
        "festgesetzt.",
        "Das Zeichen von {name}, {mark.nom}, wurde seit {#1580-1740} auf jede Lieferung gebrannt.",
        "Die feinere Arbeit war immer Sache der Frauen, und {~frau} führte bis {#1780-1899} die "
        "größte Werkstatt.",
        "Im Winter ist es ein kaltes Gewerbe, und man sagt, ein {trade.worker} aus {name} "
        "heirate der Wärme wegen.",
        "Versuche, die Handarbeit durch eine Maschine aus {other} zu ersetzen, wurden "
        "{#1840-1910} [aus Geldmangel|nach {w:2-9} Monaten|auf Wunsch der Meister|nach dem "
        "ersten Unfall] eingestellt.",
        "Daneben handelt die Familie {~nachname} mit {~ware} und {~ware}.",
        "<town>Jeder {trade.worker} zahlt jährlich {w:2-20} Groschen für den Unterhalt der "
        "Brücke von {name}.",
        "<village>In der stillen Zeit verdingen sich die {trade.worker} von {name} auf den Höfen "
        "um {near2}.",
    ),
)

_KIRCHE = Topic(
    low=2,
    high=4,
    opening=(
        "Die Kirche {saint}, aus {stein} erbaut, stammt in ihrer heutigen Gestalt aus dem Jahr "
        "{church_year}.",
        "Die Pfarrkirche {saint} wurde {church_year} begonnen und [nie ganz vollendet|von "
        "{~mann} {w:11-60} Jahre später vollendet].",
        "Der Turm von {saint} in {name}, {#21-68} Meter hoch, ist noch von {other} aus zu sehen.",
        "Vom ersten Bau ist nichts geblieben; die heutige Kirche {saint} in {name} wurde "
        "{church_year} geweiht.",
    ),
    sentences=(
        "Die {kirchenteil} ist ein Werk von {~mann} aus {near1}.",
        "Der Taufstein mit {w:5-16} [Drachen|Weinranken|Aposteln|Fischen|Hasen|Engeln] wurde "
        "{#1790-1890} auf einem Bauernhof gefunden.",
        "Im [nördlichen|südlichen] Seitenschiff hängt ein Gemälde [der Sintflut|des "
        "Abendmahls|des Guten Hirten|des reichen Fischzugs], auf dem mehrere Gesichter Nachbarn "
        "von {~mann} gehören.",
        "Von den {w:3-8} Glocken wurde die größte {#1580-1790} in {other} gegossen; sie läutet "
        "nur zu {~fest}.",
        "Eine Tafel erinnert an {~frau}, die {#1610-1840} im Alter von {w:80-99} Jahren starb.",
        "Die Kirchenbücher beginnen {#1538-1640} und vermerken am Rand jedes Unwetter und jeden "
        "Kometen.",
        "Zu den Schätzen der Sakristei von {name} gehört {~altes}.",
        "Auf dem Kirchhof von {name} stehen {w:2-12} {~baum}n, die älter sein sollen als der Turm.",
        "Die Orgel von {saint} in {name} ist verstimmt.",
        "Das Dach wurde {#1700-1880} mit Blei aus {near2} gedeckt, {~bemerkung}.",
        "Die Turmuhr, {#1680-1870} von {~mann} gestiftet, geht den {trade.worker}n zuliebe immer "
        "{w:2-9} Minuten vor.",
        "Eine Kapelle der Freigemeinde, schlicht und hell, wurde {#1690-1850} an der {river} "
        "eröffnet.",
    ),
)

_BAUTEN = Topic(
    low=2,
    high=4,
    opening=(
        "Das ansehnlichste Haus in {name} ist der {hof}, {#1540-1760} aus {stein} für {~jemand} "
        "erbaut.",
        "Der {hof}, ein langer Bau aus {stein} an der Straße nach {near1}, gehörte bis "
        "{#1790-1920} der Familie {~nachname}.",
        "Alte Bauten sind in {name} selten, doch lohnt der {hof} mit seiner {hausteil} einen "
        "Besuch.",
        "Zuerst fällt der {hof} ins Auge, dessen {w:5-19} Schornsteine der Handel mit {~ware} "
        "bezahlt hat.",
    ),
    sentences=(
        "In der [Halle|Küche|Stube] sieht man {~altes}.",
        "Im Armenhaus, einer Stiftung von {~frau} aus dem Jahr {#1570-1790}, wohnen {w:4-14} "
        "alte Leute, die zu {~fest} Kohlen und {~ware} bekommen.",
        "Die Mühle an der {river} hat {w:2-5} Mahlgänge und mahlte zuletzt {#1880-1939} Korn für "
        "{near2}.",
        "Die Zehntscheune misst {w:60-99} Schritte und stand von {#1780-1850} bis {#1860-1935} "
        "leer.",
        "Ein Stein in der Wand des Gasthofs {inn_zum} bezeichnet den Wasserstand von {#1590-1880}.",
        "Im alten Arrest, nicht größer als eine Speisekammer, saß zuletzt {#1810-1890} {~mann} "
        "wegen nächtlichen Singens.",
        "Der Brunnen trägt die Anfangsbuchstaben von {~mann} und die Jahreszahl {#1640-1860}.",
        "Im Garten hinter dem Gasthof {inn_zum} steht ein Taubenhaus mit {#300-980} Nistlöchern.",
        "Das Lesezimmer wurde {#1830-1908} aus Beiträgen errichtet und besitzt {n:400-2900} "
        "Bände, viele davon über die {trade.name}.",
        "Im Geburtshaus von {native_name} arbeitet heute ein {~handwerker}.",
        "<town>Das Rathaus, das auf {w:6-14} Pfeilern über dem Markt steht, vollendete "
        "{#1520-1720} {~mann}.",
        "<town>In der Kornhalle von {#1830-1880} finden Konzerte statt und seit {#1890-1935} im "
        "Winter die Geflügelschau.",
        "<village>Die Schmiede von {name} gehört seit {#1610-1790} derselben Familie und "
        "beschlägt noch die Pferde dreier Kirchspiele.",
    ),
)

_FELDER = Topic(
    low=2,
    high=4,
    opening=(
        "Die Höfe um {name} wirtschaften auf {~boden_dat} und bauen {crop}, "
        "[Klee|Wicken|Erbsen|Raps] und etwas [Hanf|Safran|Waid|Obst] an.",
        "Der Boden um {name} ist {~boden}, und ein Hof von {w:30-90} Morgen gilt als groß.",
        "Die Feldflur von {name} zeigt noch die langen Streifen der alten Dreifelderwirtschaft, "
        "[keiner breiter als ein Wagen|getrennt durch Raine mit ungemähtem Gras].",
    ),
    sentences=(
        "Die beste Wiese, die {flur}, wird jedes Jahr zu {~fest} an den Meistbietenden verpachtet.",
        "{w:12-60} Haushalte dürfen je {w:2-12} {~tiere} auf die Allmende nach {near2} hin "
        "treiben.",
        "Die {~tiere} dieser Gegend sind klein, am Kopf [dunkel|hell|braun|grau|rötlich|"
        "gescheckt] und von Wesen {~tugend}.",
        "Ein Graben, den {~mann} {#1630-1840} ziehen ließ, führt das Wasser von {w:3-9} "
        "Gemeinden in die {river}.",
        "An der {river} wurden {#1690-1850} Obstgärten angelegt, und in einem von ihnen entstand "
        "der Apfel {~nachname}s Stolz.",
        "In trockenen Sommern zeichnet sich bei {edge} eine ältere Feldeinteilung ab.",
        "Der letzte Wolf, oder was man dafür hielt, wurde {#1480-1680} an der {flur} von {~mann} "
        "erlegt.",
        "Jeder Hof von mehr als {w:20-60} Morgen muss nach altem Herkommen ein Frettchen, eine "
        "Leiter und einen Stier halten, und {~amt} prüft das zu {~fest}.",
        "Die Bienenzucht gedeiht, und im August werden {w:30-95} Körbe in die Heide hinter "
        "{other} getragen.",
        "Die Gemeinde besitzt einen Steinbruch, eine Kiesgrube und {w:2-20} Morgen Weidenheger, "
        "verpachtet an {~mann} für {w:6-48} Gulden im Jahr.",
        "Schlechte Jahre werden in {name} {danger} zugeschrieben, gute dem eigenen Fleiß.",
    ),
)

_NATUR = Topic(
    low=2,
    high=3,
    opening=(
        "Der Botaniker findet bei {edge} {~pflanze} und {~pflanze}, der Vogelfreund zu jeder "
        "Jahreszeit {~vogel}.",
        "Im [Frühjahr|Mai|Juni|Spätsommer] blühen an den Ufern der {river} oberhalb von {name} "
        "{~pflanze} und {~pflanze}.",
        "Das feuchte Land zwischen {name} und {near1} ist bekannt für {~vogel}.",
    ),
    sentences=(
        "Unter dem Dach des Gasthofs {inn_zum} nisten {~dachvogel}, und sie zu stören bringt "
        "Unglück.",
        "{~jemand} zählte {#1780-1920} im Umkreis von {w:4-12} Kilometern um {name} {#180-690} "
        "Pflanzenarten.",
        "Eine {~baum} an der Straße nach {near2} misst {w:4-9} Meter im Umfang und bietet im "
        "hohlen Stamm {w:3-11} Personen Platz.",
        "Im {brook} stehen Forellen von {w:2-5} Pfund, wie der Wirt des Gasthofs {inn_zum} "
        "behauptet.",
        "Nach {w:20-70} Jahren kehrte {#1890-1938} der Otter an die {river} zurück.",
        "Eine warme Quelle bei {edge} friert nie zu, und neben ihr blüht schon im Januar "
        "{~bluete}.",
        "Nach {~wetter_dat} erkennt man im Bett der {river} unterhalb von {name} die Steine "
        "eines alten Dammes.",
        "Die Grube, aus der {name} seinen [grauen|blauen|gelben|roten|weißen] Ton holte, ist heute "
        "ein Teich mit {~bluete} am Ufer.",
        "An der {flur} bringt der Pflug versteinerte Muscheln zutage, die von Kindern an der "
        "Brücke verkauft werden.",
    ),
)

_BRAUCH = Topic(
    low=2,
    high=4,
    opening=(
        "Zu {~fest} tragen die {kind.leute} von {name} {~last} durch alle Gassen und wieder "
        "zurück.",
        "{name} feiert {~fest} lauter, als es den Nachbarn schicklich scheint.",
        "[Die Kerzenauktion|Die Lange Tafel|Der Bootssegen|Das Gänsezählen|Das Stille Mahl|Der "
        "Grenzgang|Das Fassrennen] in {name} wird {#1520-1760} zum ersten Mal erwähnt.",
        "Am Vorabend von {~fest} stellt in {name} jedes Haus [eine Laterne|ein Brot|einen Krug "
        "Bier|eine Schale Salz] vor die Tür.",
    ),
    sentences=(
        "Der Zug hält {w:3-9} Mal, und jedes Mal spricht der älteste {trade.worker} höchstens "
        "{w:10-40} Worte.",
        "Dazu gibt es {~speise}, im Stehen gegessen.",
        "Der Brauch wurde {#1640-1790} verboten und {w:3-30} Jahre später stillschweigend wieder "
        "aufgenommen.",
        "Das Kind, das in {name} {mark.versteckt} findet, erhält einen neuen {~muenze} und einen "
        "schulfreien Tag.",
        "Warum, weiß in {name} niemand.",
        "In {name} regnet es zu {~fest} immer.",
        "Fremde sind willkommen, wenn sie {~ware} mitbringen oder singen können.",
        "Die Musik machen {w:3-12} Geigen und eine Trommel, die {#1680-1850} in {near1} erbeutet "
        "wurde.",
        "Den Grund kennt niemand mehr, obwohl {~jemand} {#1840-1930} in einer Schrift {w:3-8} "
        "vorgeschlagen hat.",
        "Wer aus {name} nach {near2} heiratet, bekommt ein Säckchen Erde von der {flur} mit und "
        "ist damit, wie man sagt, nie fortgegangen.",
        "Bei Tisch vom Wetter zu reden kostet an diesem Tag {w:2-6} Pfennige, die den Läutern "
        "von {name} zufallen.",
        "Die Verlierer müssen bis {~fest} den Zaun an der {flur} ausbessern.",
        "Ein Abzählreim bewahrt die Namen von {w:5-13} {trade.worker}n, die {#1690-1860} in der "
        "{river} ertranken.",
    ),
)

_GASTHOF = Topic(
    low=2,
    high=3,
    opening=(
        "Von den {w:3-14} Wirtshäusern, die {name} um {#1740-1860} hatte, besteht nur noch der "
        "Gasthof {inn_zum}.",
        "Besuchern empfiehlt sich der Gasthof {inn_zum}, wo [die Betten trocken sind|der Wirt "
        "gut heizt|die Gespräche besser sind als der Wein].",
        "Der Gasthof {inn_zum} an der Straße nach {near1} ist seit {#1690-1880} im Besitz der "
        "Familie {~nachname}.",
    ),
    sentences=(
        "Man isst dort {~speise}, [freitags|an Markttagen|sonntags nach der Kirche|am ersten "
        "Montag im Monat] auch ohne Bestellung.",
        "Das Schild malte {~mann} als Bezahlung für {w:5-60} Mittagessen.",
        "In der oberen Stube hängt, sorgsam gerahmt, ein Brief von {~jemand} aus dem Jahr "
        "{#1690-1880}.",
        "{~besucher}, der {#1740-1890} dort abstieg, beschwerte sich über [die Treppe|das "
        "Gespenst|den Preis der Kerzen|den Geiger|das feuchte Salz] und blieb {w:3-11} Wochen.",
        "Vom Hof fahren um {w:4-9} Uhr morgens die Boten nach {near2} ab.",
        "Das Bier wird mit Wasser aus dem {brook} gebraut und schmeckt im {~monat} am besten.",
        "Die Wirtin {~frau} hielt [einen zahmen Raben|einen zahmen Dachs|eine zahme Gans|eine "
        "zahme Dohle], dem Hause zur Freude und den Gästen zum Schaden.",
        "Die Kegelbahn ist {w:17-34} Schritte lang und hat mehr als einen Prozess zwischen "
        "{name} und {near2} entschieden.",
    ),
)

_WEGE = Topic(
    low=2,
    high=3,
    opening=(
        "<rail>Die Eisenbahn erreichte {name} {rail_year} auf der Strecke von {near1} nach "
        "{other}.",
        "<rail>Seit {rail_year} hat {name} einen Bahnhof, der allerdings näher an {near2} liegt.",
        "<norail>Eine Eisenbahn berührt {name} nicht; die {rail_year} geplante Strecke wurde "
        "{~grund} über {near1} geführt.",
        "Von {name} führen Straßen nach {near1}, {near2} und {near3}, von denen die erste bei "
        "Weitem die beste ist.",
    ),
    sentences=(
        "Der alte Postweg lässt sich an {w:4-11} Meilensteinen entlang bis {other} verfolgen.",
        "Vorher brauchte eine Fracht mit [Saumtieren|dem Kahn|dem Ochsenkarren|dem Schlitten] "
        "nach {near2} {w:5-30} Stunden.",
        "<rail>Der erste Bahnhofsvorsteher, {~mann}, züchtete am Bahnsteig preisgekrönte "
        "[Kürbisse|Zwiebeln|Stachelbeeren|Dahlien].",
        "Die Fähre über die {river} betrieb {w:3-9} Generationen lang die Familie {~nachname}, "
        "das Pferd zu {w:2-6} Pfennigen.",
        "Das Zollhaus an der Straße nach {near1} mit seinen {w:6-8} Ecken ist als Wohnung "
        "vermietet.",
        "<rail>Ein Pferdeomnibus wartete von {rail_year} bis {#1912-1929} auf jeden Zug.",
        "Im Winter ist die Straße nach {near3} oft gesperrt, und die Post nimmt den Weg über "
        "{other}.",
        "Die Brücke wurde {#1860-1936} um {w:2-4} Meter verbreitert, {~bemerkung}.",
    ),
)

_SCHULE = Topic(
    low=2,
    high=3,
    opening=(
        "Die Schule gründete {#1540-1760} {~jemand} mit der Auflage, dass die Kinder [Latein, "
        "Rechnen und Schwimmen|Lesen, Buchführung und Schweigen|alles, was ihre Eltern nicht "
        "konnten,] lernen sollten.",
        "Eine Freischule für {w:12-48} Kinder aus {name} besteht seit {#1560-1790}.",
        "Stolz ist {name} auf seine Schule, eine Stiftung von {~frau}.",
    ),
    sentences=(
        "Der erste Lehrer, {~mann}, versah das Amt {w:21-56} Jahre und schrieb eine Grammatik, "
        "die niemand benutzte.",
        "Im Schulzimmer sieht man {~altes}.",
        "Im Jahr {#1780-1880} sperrten die Schüler ihren Lehrer {w:2-9} Tage lang aus, aus "
        "Protest gegen [den Haferbrei|ein neues Lesebuch|kalte Bäder|den Verlust eines freien "
        "Nachmittags].",
        "Mädchen wurden seit {#1790-1890} aufgenommen, als Erste {~frau}, später Lehrerin in "
        "{other}.",
        "Jedes Kind pflanzt zum Abschied eine {~baum}, und das Wäldchen von {name} bedeckt "
        "inzwischen {w:3-17} Morgen.",
        "Der Schulrat tritt am Tag nach {~fest} im Gasthof {inn_zum} zusammen und schwört, sich "
        "kurz zu fassen.",
        "Jährlich wird ein Aufsatz über die {trade.name} geschrieben, für den es {w:2-9} Gulden "
        "zu gewinnen gibt.",
    ),
)

_LEUTE = Topic(
    low=1,
    high=2,
    opening=(
        "Im Jahr {native_born} wurde in {name} {native_name} geboren, {native_calling.ist} von "
        "Beruf.",
        "Die bekannteste Persönlichkeit aus {name} ist {native_name}, {native_calling.ist}, "
        "gestorben {native_died}.",
        "Eine Tafel an der Brücke erinnert an {native_name}, {native_calling.ist}, geboren "
        "{native_born}, gestorben {native_died}.",
    ),
    sentences=(
        "Ebenfalls aus {name} stammte {~mann}, der {#1640-1860} nach {other} zog und jede Woche "
        "nach Hause schrieb.",
        "{~frau} wurde {w:91-99} Jahre alt und konnte die Namen aller {trade.worker} seit "
        "{#1660-1780} aufsagen.",
        "{~mann}, ein {~handwerker} aus {name}, erfand {#1760-1890} [eine Lampe für "
        "Schafställe|eine Klappleiter|eine Glocke, die sich selbst läutete|einen Pflug für "
        "steinigen Boden|eine verbesserte Mausefalle], meldete aber kein Patent an.",
        "{~mann}, ein Dichter aus {other}, verbrachte {w:2-9} Sommer im Gasthof {inn_zum} und "
        "erwähnt {kind.acc} in {w:3-30} Versen.",
        "Die Schwestern {~person_f} und {~person_f} {~nachname} führten {w:21-55} Jahre lang die "
        "Post von {name} und öffneten, wie es heißt, nur die langweiligen Briefe.",
    ),
)

_HEUTE = Topic(
    low=2,
    high=3,
    sentences=(
        "Heute zählt {name} {n:150-3200} Einwohner, einen {~handwerker}, [dienstags|donnerstags] "
        "einen Arzt und {w:2-8} Vereine zu seiner Verschönerung.",
        "Das Museum, seit {#1921-1978} in {trade.haus_dat} untergebracht, zeigt die Geschichte "
        "der {trade.name}.",
        "Seit {#1931-1979} veranstalten die {kind.leute} auf der Brücke ein Konzert zugunsten "
        "der Kirche {saint}.",
        "Die Einwohnerzahl sinkt seit {#1901-1951}, doch hat sich die Zahl der Schrebergärten "
        "von {name} verdoppelt.",
        "Ein Wanderweg von {w:7-29} Kilometern führt von {name} nach {near2}; sein Zeichen ist "
        "{mark.nom}.",
        "Die Straße nach {near1} wurde {#1952-1989} von der Kirche weg verlegt und die alte mit "
        "{~baum}n bepflanzt.",
        "Der Heimatverein von {name} hat {w:3-30} Hefte herausgegeben, von denen das über die "
        "{trade.name} am zuverlässigsten ist.",
        "<rail>Züge halten in {name} nicht mehr, doch hängt der Fahrplan von {#1911-1955} noch "
        "im Gasthof {inn_zum}.",
        "Um {#1948-1985} gab es noch {w:2-9} {trade.worker}, der jüngste von ihnen {w:55-79} "
        "Jahre alt.",
        "Besucher kommen im {~monat} der Vögel und im {~monat} des Jahrmarkts wegen nach {name}.",
    ),
)


_PLACE = EntryKind(
    low=6,
    high=8,
    records={
        "kind": _KINDS,
        "trade": GEWERBE,
        "mark": MARKS,
        "rail": ({"gives": "rail"}, {"gives": "norail"}),
    },
    facts=(
        ("heading", "{name}"),
        ("brook", "{~bach}bach"),
        ("ufer", "[linken|rechten|nördlichen|südlichen|östlichen|westlichen]"),
        ("lage", "{~lage}"),
        ("stein", "{~stein}"),
        ("haeuser", "[niedrigen|hohen|weiß getünchten|strohgedeckten|schmalen|steinernen]"),
        ("haeuser_gen", "[niedriger|hoher|weiß getünchter|strohgedeckter|schmaler|steinerner]"),
        ("founded", "{#880-1380}"),
        ("founder", "[Graf|Abt|Bischof|Ritter|Propst|Herzog] "
                    "[Aldrich|Wulmar|Ansgar|Baldrich|Kuno|Tankmar|"
            "Gerold|Meinhard|Ekbert|Dietmar|Hartwig|Lothar] "
                    "von [{near1}|{near2}|{~river_start}stein]"),
        ("old_name", "{~place_start}{~old_end}"),
        ("deutung", "{~deutung_kopf} {~deutung_rest}"),
        ("bridge_year", "{#1410-1790}"),
        ("church_year", "{#1180-1760}"),
        ("rail_year", "{#1846-1906}"),
        ("saint", "{~saint}"),
        ("inn_zum", "{~inn}"),
        ("hof", "{~nachname}[hof|sche Hof|sche Freihof]"),
        ("flur", "{~flur_start}[wiese|breite|hufe|aue]"),
        ("kirchenteil", "{~kirchenteil}"),
        ("hausteil", "{~hausteil}"),
        ("oben", "[das Oberdorf|den Berg|die Kirchseite|das Oberland]"),
        ("unten", "[das Unterdorf|die Wasserseite|das Mühlenviertel|die Niedergasse]"),
        ("fund", "[eine Axt|eine Schale|eine Nadel|ein Ring|eine Schelle|ein Messer]"),
        ("streit", "[eine Mitgift|einen Brunnen|verlaufenes Vieh|das Schilfrecht|einen "
                   "Grenzstein|eine Glocke]"),
        ("urteil", "{~urteil}"),
    ),
    topics=(
        _LAGE, _NAME, _GESCHICHTE, _GEWERBE, _KIRCHE, _BAUTEN, _FELDER, _NATUR, _BRAUCH, _GASTHOF,
        _WEGE, _SCHULE, _LEUTE, _HEUTE,
    ),
)  # fmt: skip

_RIVER = EntryKind(
    low=3,
    high=4,
    records={},
    facts=(
        ("heading", "Die {river}"),
        ("quelle", "[einem Moor|einer Quelle unter einer {~baum}|{w:3-7} kleinen Quellen|einem "
                   "Teich|einer Kalkhöhle]"),
        ("muendung", "[das Meer|einen größeren Fluss unterhalb von {town3}|die Sümpfe unterhalb "
                     "von {town2}]"),
    ),
    topics=(
        Topic(
            always=True,
            opening=(
                "Die {river} entspringt bei {town1} aus {quelle} und mündet nach {w:22-84} "
                "Kilometern in {muendung}.",
                "Aus {quelle} in der Gemarkung von {town1} fließt die {river} nach "
                "[Süden|Norden|Osten|Westen], an {town2} und {town3} vorbei.",
                "Die {river}, {w:22-84} Kilometer lang, ist der "
                "[langsamste|klarste|krummste|nützlichste] Fluss {region_gen}.",
            ),
            sentences=(
                "Auf den ersten {w:4-14} Kilometern ist sie nicht breiter als ein Wagen.",
                "Bei {town2} misst sie {w:6-40} Meter und hat einen Grund aus [Kies|blauem "
                "Ton|Sand|bewachsenen Steinen].",
                "Um {#1680-1850} trieb sie {w:7-40} Mühlen, von denen die in {town3} als letzte "
                "stillgelegt wurde.",
                "Ihr Wasser ist [weich und gut zum Färben|hart und gut zum Brauen|braun vom "
                "Torf], und {town1} hat davon gelebt.",
                "Kähne von {w:12-40} Tonnen kamen bis {#1840-1910} nach {town2} herauf.",
                "Die Brücke in {other} mit ihren {w:3-11} Bögen erneuerte {#1560-1840} {~mann}.",
            ),
        ),
        Topic(
            dated=True,
            low=3,
            high=4,
            sentences=(
                "{~zeit} {next} verlegte die {river} ihr Bett um {#200-900} Meter und ließ bei "
                "{other} eine Mühle ohne Wasser zurück.",
                "Das Hochwasser von {next} reichte in {other} bis an die Altarstufen.",
                "Ein Erlass von {next} machte die {river} schiffbar, doch sahen die Teilhaber "
                "{w:12-40} Jahre lang keinen Pfennig.",
                "Das Wehr unterhalb von {other} baute {next} {~mann}, ein {~handwerker}, "
                "{~bemerkung}.",
                "{~mann} schwamm {next} um {w:2-30} Gulden von {town2} nach {town3}.",
                "Im trockenen Sommer {next} ließ sich die {river} bei {other} durchqueren, ohne "
                "dass ein Schuh nass wurde.",
                "Ein Fährunglück bei {other} kostete {next} {w:3-29} Menschen das Leben und "
                "führte zum Bau einer Brücke.",
            ),
        ),
        Topic(
            sentences=(
                "In der {river} fängt man [Aale|Forellen|Neunaugen|Krebse|Äschen], und zwar "
                "zwischen {~fest_frueh} und {~fest_spaet}.",
                "Am Wasser der {river} sieht man {~vogel} und {~vogel}, und am Ufer wächst "
                "{~bluete}.",
                "Das Fischrecht gehört den Gemeinden {town1} und {other}, die es an die Erben "
                "von {~mann} verpachtet haben.",
                "Eine {~baum}, die bei {other} über die {river} hängt, dient den Jungen als "
                "Sprungbrett.",
                "Weidenruten von der {river} gehen, zu {w:20-60} Bunden auf der Fuhre, zum "
                "Korbmachen nach {town3}.",
            ),
        ),
        Topic(
            sentences=(
                "Ein alter Glaube sagt, die {river} [fordere jedes Jahr einen Hut|ertränke "
                "keinen Einheimischen|rede vor jedem Unwetter|fließe in der Nacht vor {~fest} "
                "rückwärts].",
                "{~jemand} schrieb ein Gedicht von {#300-900} Zeilen auf die {river}, das "
                "{#1690-1840} in {town1} gedruckt wurde.",
                "Bis {#1700-1850} warf man in {town2} zu {~fest} ein Brot in die {river} und las "
                "aus seinem Lauf den Preis für {~ware}.",
                "Der Name ist älter als jede Sprache, die heute um {town3} gesprochen wird, und "
                "bedeutet vielleicht nur Wasser.",
                "Die Schulkinder von {other} lernen die {w:9-30} Brücken der {river} auswendig, "
                "vorwärts und rückwärts.",
            ),
        ),
    ),
)  # fmt: skip

_PLAIN_HOUSES = (
    {"it": "Bibliothek", "use": "Leser", "stock": "{n:1400-9800} Bände", "keeper": "Bibliothekar",
     "zweck": "das Ausleihen von Büchern", "pride": "die Bilderdecke", "gives": "roofed"},
    {"it": "Klostermühle", "use": "Bauern", "stock": "{w:2-6} Mahlgänge", "keeper": "Müller",
     "zweck": "das Mahlen von Korn", "pride": "das große Eichenrad", "gives": "roofed"},
    {"it": "Krankenstube", "use": "Kranke", "stock": "{w:12-60} Betten", "keeper": "Wundarzt",
     "zweck": "die Pflege der Fieberkranken", "pride": "der Laubenhof", "gives": "roofed"},
    {"it": "Sternwarte", "use": "Besucher", "stock": "{w:2-5} Fernrohre und eine Pendeluhr",
     "keeper": "Beobachter", "zweck": "das Berechnen von Finsternissen", "pride": "die "
                                                                                  "Kupferkuppel",
     "gives": "roofed"},
    {"it": "Zollbrücke", "use": "Fuhrleute", "stock": "{w:3-13} Bögen", "keeper": "Zöllner",
     "zweck": "das Übersetzen der Wagen", "pride": "das mittlere Joch"},
    {"it": "Propstei", "use": "Pilger", "stock": "{w:9-40} Kammern", "keeper": "Pförtner",
     "zweck": "die Speisung der Armen", "pride": "der Kreuzgang", "gives": "roofed"},
    {"it": "Leuchtbake", "use": "Lotsen", "stock": "{w:9-24} Lampen und eine Glocke",
     "keeper": "Wärter", "zweck": "die Warnung der Schiffe", "pride": "die Wendeltreppe",
     "gives": "roofed", "tags": "coast"},
    {"it": "Orangerie", "use": "Gärtner", "stock": "{n:800-5200} Pflanzenarten",
    "keeper": "Hofgärtner",
     "zweck": "das Ziehen von Setzlingen", "pride": "die lange Glasfront", "gives": "roofed"},
    {"it": "Schaubühne", "use": "Zuschauer", "stock": "{#180-720} Plätze", "keeper": "Spielleiter",
     "zweck": "die Aufführung von Lustspielen", "pride": "der gemalte Vorhang", "gives": "roofed"},
    {"it": "Markthalle", "use": "Händler", "stock": "{w:14-50} Stände und eine Waage",
     "keeper": "Marktmeister", "zweck": "der Verkauf von {~ware}", "pride": "die Reihe der "
                                                                            "Eichenpfeiler",
     "gives": "roofed"},
    {"it": "Apotheke", "use": "Käufer", "stock": "{#120-780} Schubladen", "keeper": "Provisor",
     "zweck": "das Mischen von Salben", "pride": "die Kräuterkammer", "gives": "roofed"},
    {"it": "Lateinschule", "use": "Schüler", "stock": "{w:3-9} Klassen und einen Karzer",
     "keeper": "Rektor", "zweck": "der Unterricht in alten Sprachen", "pride": "die Aula",
     "gives": "roofed"},
)  # fmt: skip
_HOUSES = tuple({"family": "{~nachname}"} | house for house in _PLAIN_HOUSES)

_HOUSE = EntryKind(
    low=3,
    high=4,
    records={"house": _HOUSES},
    facts=(
        ("heading", "Die {house.it} in {name}"),
        ("built", "{#1490-1790}"),
        ("history_from", "{built}"),
        ("giver", "[{~person_m}|{~person_f}] {house.family}"),
        ("builder", "{~mann}"),
        ("fabric", "{~stein}"),
    ),
    topics=(
        Topic(
            always=True,
            opening=(
                "Die {house.it} steht [an der {river}|an der Straße nach {near1}|hinter der "
                "Kirche {saint}] in {name} und wurde {built} mit Mitteln von {giver} erbaut.",
                "{giver} stiftete {built} die {house.it} in {name}, und {builder} zeichnete die "
                "Pläne.",
                "Aus {fabric} errichtete {builder} {built} in {name} die {house.it}, die zu den "
                "am besten erhaltenen {region_gen} zählt.",
            ),
            sentences=(
                "Sie hat {house.stock}, und besonders bewundert wird {house.pride}.",
                "Die Kosten betrugen {n:400-9200} Gulden, von denen die {kind.leute} selbst ein "
                "[Drittel|Viertel|Zehntel] aufbrachten.",
                "{builder} soll den Entwurf {w:3-9} Mal geändert haben, zuletzt auf dem "
                "Sterbebett.",
                "Über dem Eingang erinnert {mark.nom} aus {fabric} an die Familie von {giver}.",
                "Der erste {house.keeper}, {~mann}, erhielt {w:8-60} Gulden im Jahr und so viel "
                "{~ware}, wie auf einen Karren ging.",
                "Ein Teil der Steine stammt von einem älteren Bau in {near2}, ein anderer aus "
                "der {river}.",
            ),
        ),
        Topic(
            always=True,
            dated=True,
            low=3,
            high=5,
            sentences=(
                "<roofed>{~zeit} {next} brauchte die {house.it} ein neues Dach, und {~frau} "
                "verkaufte dafür {w:2-20} Morgen bei {near1}.",
                "<roofed>Der {house.keeper} {~mann} wurde {next} entlassen, weil er im Keller "
                "{~tiere} hielt.",
                "Bei Arbeiten im Jahr {next} kam {~altes} ans Licht.",
                "Nachdem man sie {next} {~grund} geschlossen hatte, wurde die {house.it} "
                "{w:2-14} Jahre später wieder geöffnet.",
                "Eine Prüfung von {next} fand alles in Ordnung außer den Rechnungen.",
                "Im Jahr {next} kamen zum ersten Mal mehr als {n:700-6400} {house.use}.",
                "{~frau} übernahm {next} zum Entsetzen des Rates die Leitung und behielt sie "
                "{w:13-44} Jahre.",
                "Der Blitz schlug {next} in die {house.it}, richtete aber keinen Schaden an, "
                "außer dass die Uhr stehen blieb.",
                "<roofed>Einen Flügel aus {~stein} fügte {next} {~mann} hinzu, {~bemerkung}.",
            ),
        ),
        Topic(
            sentences=(
                "Die Hausordnung, von {giver} entworfen, verbietet [das Pfeifen|Hunde|laute "
                "Stiefel|Gespräche über Politik|das Verleihen der Schlüssel] und verlangt, dass "
                "jeder Gast sich einträgt.",
                "Der Hauptzweck war immer {house.zweck}, doch kommen viele aus {near1} nur der "
                "Gespräche wegen.",
                "Bis {#1830-1910} kostete der Eintritt {w:2-9} Pfennige; dann löste {~mann} ihn "
                "für alle Zeiten ab.",
                "Das Archiv füllt {w:11-70} Kästen und enthält Briefe von {~jemand} über {~ware}.",
                "Zu {~fest} wird das Testament von {giver} verlesen, was {w:12-50} Minuten dauert.",
                "<roofed>Der Schlüssel der {house.it}, {w:14-38} Zentimeter lang, hängt im "
                "Gasthof {inn_zum}.",
            ),
        ),
        Topic(
            sentences=(
                "Seit {#1921-1975} gehört die {house.it} der Gemeinde {name}, die jährlich "
                "{n:200-1900} Gulden dafür ausgibt.",
                "Geöffnet ist sie von {~fest_frueh} bis {~fest_spaet}, sonst auf Anfrage bei "
                "{~jemand}.",
                "<roofed>Ein Stich von {~mann} aus dem Jahr {#1720-1860} zeigt sie mit {w:2-6} "
                "Schornsteinen, die inzwischen fehlen.",
                "Pläne, sie nach {near1} zu verlegen, wurden {#1890-1965} {~grund} fallen "
                "gelassen.",
                "Über dem Eingang nisten seit {#1820-1930} {~dachvogel}, und man wartet mit dem "
                "Fensterputzen auf ihren Abflug.",
            ),
        ),
    ),
)

KINDS = {"region": _REGION, "place": _PLACE, "river": _RIVER, "house": _HOUSE}
