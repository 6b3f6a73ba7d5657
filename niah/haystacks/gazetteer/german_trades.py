"""German trades: Gewerbe, Werkzeug und Verfahren.

Every trade is a feminine noun in -ei and every worker a masculine one in -er, so that the
sentences need no other forms than those given here.
"""

from __future__ import annotations

_FIELDS = (
    "tags", "name", "worker", "ware", "ware_dat", "stoff", "einheit", "rohstoff", "geraet",
    "geraet_dat", "haus", "haus_dat", "how",
)  # fmt: skip

_ROWS = (
    ("coast", "Salzsiederei", "Salzsieder", "grobes graues Salz", "grobem grauem Salz", "Salz",
     "Scheffel", "die Sole", "lange Rechen", "langen Rechen", "das Siedehaus", "dem Siedehaus",
     "die Sole wird in flache Pfannen geleitet, über Torf erwärmt und gerecht, bis sich die "
     "Kristalle setzen"),
    ("coast", "Fischräucherei", "Räucherer", "geräucherte Heringe", "geräucherten Heringen",
     "Räucherfisch", "Fässer", "der Fang", "kurze Messer", "kurzen Messern", "das Räucherhaus",
     "dem Räucherhaus",
     "die Fische werden am Kai ausgenommen, über Nacht eingesalzen und in den Rauch von "
     "Eichenspänen gehängt"),
    ("coast", "Netzknüpferei", "Netzknüpfer", "geteerte Netze", "geteerten Netzen", "Netzwerk",
     "Ballen", "der Hanf", "Nadeln aus Buchsbaum", "Nadeln aus Buchsbaum", "der Netzboden",
     "dem Netzboden",
     "der Hanf wird nass gesponnen, nach Ellen verknüpft, in Teer getaucht und auf der Wiese "
     "getrocknet"),
    ("coast marsh", "Seilerei", "Seiler", "dreisträngige Taue", "dreisträngigen Tauen", "Tauwerk",
     "Rollen", "der Hanf", "gekerbte Lehren", "gekerbten Lehren", "die Reeperbahn", "der "
                                                                                    "Reeperbahn",
     "das Garn wird rückwärts ausgezogen, in die Haken des Rades gehängt und zu Strängen "
     "geschlagen"),
    ("marsh", "Rohrweberei", "Rohrweber", "dichte Rohrmatten", "dichten Rohrmatten", "Rohr",
    "Bunde",
     "das Schilf", "gebogene Sicheln", "gebogenen Sicheln", "die Rohrscheune", "der Rohrscheune",
     "das Rohr wird auf dem Eis geschnitten, ausgekämmt und mit geteertem Garn verwebt"),
    ("marsh forest", "Korbflechterei", "Korbflechter", "Reusen und Tragkörbe",
     "Reusen und Tragkörben", "Flechtwerk", "Dutzend", "die Weide", "Pfrieme aus Knochen",
     "Pfriemen aus Knochen", "die Flechtstube", "der Flechtstube",
     "die Ruten werden gekocht, geschält und noch feucht um einen Boden geflochten"),
    ("marsh", "Flachsspinnerei", "Flachsspinner", "ungebleichtes Leinen", "ungebleichtem Leinen",
     "Leinengarn", "Bündel", "der Flachs", "Hecheln mit eisernen Zähnen",
     "Hecheln mit eisernen Zähnen", "die Röste", "der Röste",
     "der Flachs wird gerauft, in den Gräben geröstet und gebrochen, bis sich die Fasern lösen"),
    ("marsh", "Ziegelei", "Ziegler", "helle Handstrichziegel", "hellen Handstrichziegeln",
    "Ziegelware",
     "Fuhren", "der Lehm", "Formen aus Buchenholz", "Formen aus Buchenholz", "die Brennhütte",
     "der Brennhütte",
     "der Lehm wird im Herbst gestochen, vom Frost zermürbt, im Frühjahr gestrichen und im "
     "Sommer gebrannt"),
    ("hills", "Schieferspalterei", "Schieferspalter", "dünne blaue Dachplatten",
     "dünnen blauen Dachplatten", "Schiefer", "Fuhren", "der Schiefer", "breite Meißel",
     "breiten Meißeln", "die Spalthütte", "der Spalthütte",
     "der Block wird feucht gehalten, nach dem Faden gespalten und über einer Eisenkante behauen"),
    ("hills", "Wollkämmerei", "Wollkämmer", "feines Kammgarn", "feinem Kammgarn", "Kammgarn",
    "Packen",
     "die Schurwolle", "beheizte Kämme", "beheizten Kämmen", "die Kämmstube", "der Kämmstube",
     "die Wolle wird im Bach gewaschen, mit Butter geschmeidig gemacht und zwischen heißen "
     "Kämmen ausgezogen"),
    ("hills", "Käserei", "Käser", "harte Berglaibe", "harten Berglaiben", "Käse", "Laibe", "die "
                                                                                           "Milch",
     "kupferne Kessel", "kupfernen Kesseln", "die Sennhütte", "der Sennhütte",
     "die Milch wird mit Lab erwärmt, der Bruch fein geschnitten und jeder Laib mit Salz "
     "abgerieben"),
    ("hills", "Kalkbrennerei", "Kalkbrenner", "weiße Kalksteine", "weißen Kalksteinen", "Kalk",
    "Fuhren",
     "der Kalkstein", "eiserne Krücken", "eisernen Krücken", "die Ofenhalle", "der Ofenhalle",
     "Stein und Kohle werden schichtweise eingesetzt, von unten entzündet und abgezogen, sobald "
     "die Füllung sinkt"),
    ("hills", "Handschuhmacherei", "Handschuhmacher", "weiche weiße Handschuhe",
     "weichen weißen Handschuhen", "Handschuhleder", "Dutzend", "das Ziegenleder", "Streckzangen",
     "Streckzangen", "die Nähstube", "der Nähstube",
     "die Felle werden gekalkt, mit Eigelb und Mehl getreten und nach einem Papiermuster "
     "geschnitten"),
    ("hills forest", "Uhrmacherei", "Uhrmacher", "schlichte Wanduhren", "schlichten Wanduhren",
     "Uhrwerk", "Kisten", "das Messing", "feine Feilen", "feinen Feilen", "die Werkstatt",
     "der Werkstatt",
     "die Platten werden in Sand gegossen, gerade gefeilt und von derselben Hand "
     "zusammengesetzt, die die Uhr später in Gang bringt"),
    ("forest", "Köhlerei", "Köhler", "harte Holzkohle", "harter Holzkohle", "Holzkohle", "Säcke",
     "das Erlenholz", "breite Rasenspaten", "breiten Rasenspaten", "die Kohlstatt", "der Kohlstatt",
     "die Scheite werden um eine Stange geschichtet, mit Rasen gedeckt und Tag und Nacht bewacht"),
    ("forest", "Glasbläserei", "Glasbläser", "grünes Waldglas", "grünem Waldglas", "Glas", "Kisten",
     "der Quarzsand", "eiserne Pfeifen", "eisernen Pfeifen", "die Glashütte", "der Glashütte",
     "Sand und Buchenasche werden zwei Tage geschmolzen, mit der Pfeife aufgenommen und in "
     "hölzerne Formen geblasen"),
    ("forest", "Drechslerei", "Drechsler", "Schalen aus Ahorn", "Schalen aus Ahorn", "Holzware",
     "Kisten", "der Ahorn", "gekröpfte Eisen", "gekröpften Eisen", "die Drehstube", "der Drehstube",
     "das Holz wird grün auf der Wippdrehbank bearbeitet und eine Schale aus der anderen "
     "geschnitten"),
    ("forest", "Lohgerberei", "Gerber", "festes Sattelleder", "festem Sattelleder", "Leder",
    "Häute",
     "die Eichenrinde", "stumpfe Schabeisen", "stumpfen Schabeisen", "die Lohgrube", "der Lohgrube",
     "die Häute liegen in immer stärkerer Lohe, bis sie durch und durch gegerbt sind"),
    ("forest", "Zeidlerei", "Zeidler", "dunkle Honigwaben", "dunklen Honigwaben", "Honig",
    "Fässchen",
     "die Wabe", "geflochtene Körbe", "geflochtenen Körben", "die Honigkammer", "der Honigkammer",
     "die Körbe werden in die Heide getragen, in der Dämmerung gewogen und ausgepresst, wenn die "
     "Nächte kalt werden"),
    ("", "Papiermacherei", "Papiermacher", "kräftiges Hadernpapier", "kräftigem Hadernpapier",
    "Papier",
     "Ries", "das Hadernzeug", "Formen aus Messingdraht", "Formen aus Messingdraht", "die "
                                                                                     "Papiermühle",
     "der Papiermühle",
     "die Lumpen werden sortiert, gefault, zerstampft und mit der Form aus der Bütte geschöpft"),
    ("", "Glockengießerei", "Glockengießer", "kleine Glocken", "kleinen Glocken", "Glockengut",
    "Kisten",
     "das Zinn", "Schablonen aus Birnholz", "Schablonen aus Birnholz", "die Gießhütte", "der "
                                                                                        "Gießhütte",
     "die Form wird aus Lehm und Rosshaar gebaut, am Feuer getrocknet und vergraben, ehe man das "
     "Metall eingießt"),
    ("", "Färberei", "Färber", "tiefblaues Tuch", "tiefblauem Tuch", "Tuch", "Ballen", "der Waid",
     "Rührhölzer aus Esche", "Rührhölzern aus Esche", "die Küpenstube", "der Küpenstube",
     "das Tuch wird genetzt, in die Küpe gesenkt, ausgewrungen und aufgehängt, bis die Farbe "
     "umschlägt"),
    ("", "Töpferei", "Töpfer", "braun glasierte Krüge", "braun glasierten Krügen", "Irdenware",
    "Kisten",
     "der Ton", "schwere Fußscheiben", "schweren Fußscheiben", "die Brennstube", "der Brennstube",
     "der Ton wird getreten, auf der Scheibe gedreht, mit Schlicker begossen und mit Reisig "
     "gebrannt"),
    ("", "Kerzenzieherei", "Kerzenzieher", "gezogene Kerzen", "gezogenen Kerzen", "Wachsware",
    "Kästen",
     "das Wachs", "Tauchrahmen", "Tauchrahmen", "die Schmelzküche", "der Schmelzküche",
     "die Dochte werden getaucht, gekühlt und wieder getaucht, bis sie daumendick sind"),
    ("", "Spitzenklöppelei", "Klöppler", "schmale Klöppelspitzen", "schmalen Klöppelspitzen",
    "Spitzen",
     "Schachteln", "der Zwirn", "Klöppel aus Kirschholz", "Klöppeln aus Kirschholz", "die "
                                                                                     "Klöppelschule",
     "der Klöppelschule",
     "der Zwirn wird auf die Klöppel gewickelt, über einem gestochenen Brief abgesteckt und beim "
     "Licht einer Schusterkugel gekreuzt"),
    ("", "Mälzerei", "Mälzer", "helles Braumalz", "hellem Braumalz", "Malz", "Malter", "die Gerste",
     "hölzerne Schaufeln", "hölzernen Schaufeln", "die Darre", "der Darre",
     "die Gerste wird geweicht, auf der Tenne ausgebreitet, zweimal täglich gewendet und "
     "gedarrt, sobald sie keimt"),
)  # fmt: skip

GEWERBE = tuple(dict(zip(_FIELDS, row, strict=True)) for row in _ROWS)
