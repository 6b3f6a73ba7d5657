"""German: names, word lists and the facts that an entry keeps throughout.

Lists are kept by the case in which they are used: ``wetter`` is a subject, ``wetter_dat`` follows
a preposition with the dative.
"""

from __future__ import annotations

from niah.haystacks.gazetteer import german_people, german_places
from niah.haystacks.gazetteer.language import Language, words

_ONES = words(
    "null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn "
    "fünfzehn sechzehn siebzehn achtzehn neunzehn"
)
_TENS = words("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig")


def _number_words() -> tuple[str, ...]:
    pairs = (ten if not one else f"{_ONES[one]}und{ten}" for ten in _TENS for one in range(10))
    return ("null", "eins", *_ONES[2:], *pairs)


_PLACE_STARTS = words(
    "Adels Ahren Albers Alders Ambers Amsel Anger Arken Armers Aschel Balders Balken Barken "
    "Bechters Beiers Berken Bibers Birlen Blanken Bolders Borken Brachten Brehlen Brinken "
    "Brochters Bruken Buders Calver Dachten Dalmen Damers Deichsel Dinkels Dohlen Dorken Drachel "
    "Drossel Eberlen Eddels Egelen Ehrlen Eichels Elders Ellern Elsen Emmers Engels Erpen Eschel "
    "Etters Falken Farren Fasel Ferlen Finken Flachs Florsen Forlen Franken Freders Fuchsen "
    "Galders Garlen Geisen Gelden Gersten Gilsen Ginster Gosel Gramers Greifen Grunden Gunters "
    "Habers Hafer Hagels Halmen Hammel Harlen Hasel Hatten Heders Heiders Helmers Herren Hessel "
    "Hinders Holder Hollen Horlen Hummels Idels Illers Immen Irlen Ivers Jagers Jelmen Jossen "
    "Kalder Kammer Karlen Kersel Kiefern Kirsen Klaffen Kohlen Korbel Kranichs Krempen Kuders "
    "Lachsen Lampers Lauters Leders Lerchen Lieders Linders Lohmers Luders Machters Malsen "
    "Marders Mechel Meisen Menders Milsen Mohrs Mollen Mulden Nachters Nebel Nessel Nieders "
    "Nolden Obers Ochsel Odern Olfen Orlen Otters Passel Pelmen Pilgers Polders Quellen Quenders "
    "Raben Radels Rammels Rauden Reders Reihers Rinders Rohrs Rolfs Rosters Rudels Sachsel "
    "Salders Sassel Schafs Schelmers Schilf Schlehen Selders Senders Sollen Sperbers Starken "
    "Stellen Storchs Strehlen Tanners Tauben Telders Tiefen Tolden Traben Trossel Ulmers Unkel "
    "Valders Vechten Vogels Wachters Walders Warmen Wechsel Weiders Wendel Wicken Wieders "
    "Wildern Wolfers Wunders Zandern Zeidels Zinders"
)
_PLACE_ENDS = words(
    "dorf bach heim hausen feld berg tal au furt rode ried kirch hagen stetten weiler hofen moos "
    "walde leben scheid brück born busch bruch stedt büttel horst beck kamp see werder grund wang"
)
_RIVER_STARTS = words(
    "Ell Tarr Wend Lorr Iss Karn Dorr Esk Farr Gann Harr Inn Kess Lann Mell Narr Orr Pell Quenn "
    "Rith Sarr Tamm Ull Venn Winn Jarr Brann Klee Dunn Fenn Glas Holl Lind Murr Nidd Ott Perr "
    "Rodd Schwann Trumm Umm Wiss Alb Borr Kress Durr Ebb Finn"
)
_RIVER_ENDS = words("e a itz ach ache ede ese ine ufe au ente ane ele ise")
_REGION_STEMS = words(
    "Harling Kalver Dunmar Estel Farnau Gaver Hollin Ister Jarving Kestern Lothar Mardel Nortel "
    "Orsel Peveling Quernau Rotheln Sarnau Torneck Ulving Wexel Jarlau Annert Bradel Korving "
    "Dessel Eldern Fennel Grennel Hestern Ironz Keswin Lindel Monnau Orchel Palling Rabens "
    "Selwin Tarnau Wolden Aschmer Belmer Kranach Dormel Elmsen Garmer Haselt Limmer"
)

# fmt: off
_LISTS: dict[str, tuple[str, ...]] = {
    "place": (
        *(("{~place_start}{~place_end}",) * 9),
        "[Groß|Klein|Alt|Neu|Ober|Unter|Nieder|Hohen|Langen]{~place_klein}",
        "{~place_start}{~place_end}-[Nord|Süd|Kirchen|Mühlen|Hammer|Vorwerk]",
    ),
    "place_start": _PLACE_STARTS,
    "place_klein": tuple(
        f"{start.lower()}{end}" for start in _PLACE_STARTS for end in ("dorf", "heim", "rode",
        "hagen")
    ),
    "place_end": _PLACE_ENDS,
    "name_tail": (
        " an der {~river}", " am {~river_start}berg", " im {~river_start}wald",
    ),
    "river": (
        "{~river_start}{~river_end}",
    ),
    "river_start": _RIVER_STARTS,
    "river_end": _RIVER_ENDS,
    "region_stem": (
        "{~region_start}", "{~region_start}[berg|hain|stein|burg|wald]",
    ),
    "region_start": _REGION_STEMS,
    "person_f": words(
        "Adelheid Afra Agathe Agnes Amalie Anna Antonie Apollonia Augusta Barbara Benedikta "
        "Bertha Brigitte Cäcilie Charlotte Christine Clara Dorothea Edith Eleonore Elisabeth "
        "Emilie Ernestine Eva Felicitas Franziska Friederike Genoveva Gertrud Gisela Hanna "
        "Hedwig Helene Henriette Hermine Ida Irmgard Johanna Josefa Judith Juliane Karoline "
        "Katharina Klara Kunigunde Leonore Lina Lisbeth Lucie Ludmilla Luise Magdalena "
        "Margarethe Maria Marianne Marta Mathilde Mechthild Notburga Ottilie Paula Pauline "
        "Petronella Philippine Regina Rosalie Rosine Ruth Sabine Salome Sibylle Sophie Susanna "
        "Tabea Thekla Theodora Therese Ursula Veronika Viktoria Walburga Wilhelmine"
    ),
    "person_m": words(
        "Abel Adam Adrian Albrecht Alois Ambros Andreas Anton Arnold August Balthasar "
        "Bartholomäus Benedikt Bernhard Bruno Christian Christoph Clemens Cornelius Daniel David "
        "Dietrich Eberhard Eduard Elias Emil Erasmus Erhard Ernst Eugen Fabian Felix Ferdinand "
        "Florian Franz Friedrich Gabriel Georg Gerhard Gottfried Gottlieb Gregor Gustav Hartmann "
        "Heinrich Hermann Hieronymus Hugo Ignaz Isaak Jakob Joachim Johann Jonas Josef Julius "
        "Justus Karl Kaspar Kilian Konrad Lambert Leonhard Leopold Lorenz Ludwig Lukas Markus "
        "Martin Matthäus Matthias Melchior Michael Moritz Nikolaus Oswald Otto Paul Peter "
        "Philipp Rudolf Rupert Samuel Sebastian Severin Simon Stephan Theodor Thomas Tobias "
        "Ulrich Valentin Veit Viktor Vinzenz Volkmar Walter Wendelin Wenzel Wilhelm Wolfgang "
        "Zacharias"
    ),
    "nachname": words(
        "Achterkamp Ahlbrecht Altvater Amrein Anschütz Appelhagen Bachofner Baldauf Barthold "
        "Bechtold Behrend Biedermann Birnstiel Bleibtreu Bockholt Bodenstein Brackmann Breitkopf "
        "Brinkmeier Bruchmann Buchwald Burgdorfer Dachselt Dammann Dankwart Deichgräber Diebold "
        "Dinkelmann Dornseif Drechsel Ebeling Eckart Eichenauer Eisenlohr Ellerbrock Engelbrecht "
        "Erdmann Fahrenkamp Feddersen Feldkamp Finkeldei Fliedner Frühauf Fuhrmann Gabler "
        "Gansauge Geldmacher Gerstäcker Gildemeister Gottschalk Grabbert Greiner Grotewohl "
        "Gutbrod Gutjahr Haberland Hagedorn Haltermann Hammerschlag Hartleb Hasenclever "
        "Heidekamp Hellwig Herbst Hinrichsen Hohlfeld Holthausen Hornung Hundertmark Imhof "
        "Isenbeck Jasper Jungnickel Kaltenbach Kammerer Kannegießer Kerstan Kirchhoff Klapproth "
        "Kleinschmidt Klingbeil Knoblauch Kohlhase Korff Kranich Kreidler Kuhlmann Kupferer "
        "Lachmann Landgraf Langhammer Lautenschlager Lederer Leuchtmann Liebetrau Lindequist "
        "Lohengel Löwenstein Lüdemann Machold Mahlstedt Mangold Mehlhorn Meldau Messerer "
        "Mittelstedt Morgenrot Mühlenbeck Nachtweih Nagelschmidt Nebelung Niederau Nothnagel "
        "Oberkampf Oehlmann Ohlendorf Osterkamp Pabst Pechstein Pfannkuch Pfeffer Pirkheimer "
        "Poggendorf Prellwitz Quandt Quasthoff Radecker Rebstock Regenbrecht Reinwald Rettig "
        "Riemenschnitter Ringelnau Rosenhagen Rotermund Sackmann Sandvoß Sauerbier Schadewald "
        "Scharnagel Schierholt Schlegelmilch Schnabel Schönleber Schwertfeger Seidenspinner "
        "Siebenhaar Sommerlad Sperling Stackelbeck Stehlin Steinwender Strohmeier Tannert "
        "Teichgräber Thiessen Tiefenbach Trautwein Tuchscherer Überschär Uhlenbrock Unverzagt "
        "Vierling Vogelsang Vollrath Wachenfeld Waldvogel Wallraf Wegener Weidlich Wendehorst "
        "Wiesengrund Windhorst Wohlgemut Wunderlich Zabel Zehnpfennig Zieglmeier Zumbusch "
        "Zwingmann"
    ),
    "surname": (
        "{~nachname}",
    ),
    "mann": (
        "{~person_m} {~nachname}",
    ),
    "frau": (
        "{~person_f} {~nachname}",
    ),
    "jemand": (
        "{~person_m} {~nachname}", "{~person_f} {~nachname}",
    ),
    "monat": words(
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
    ),
    "zeit": (
        "Im Jahr", "Im Jahr", "Im Frühjahr", "Im Sommer", "Im Herbst", "Im Winter", "Im {~monat}",
        "Zu {~fest}",
    ),
    "fest": (
        "Lichtmess", "Fastnacht", "Pfingsten", "Johannis", "Jakobi", "Michaelis", "Martini",
        "Allerseelen", "Laurentii", "Gallus", "Kirchweih", "Walpurgis",
    ),
    "fest_frueh": (
        "Lichtmess", "Fastnacht", "Walpurgis", "Pfingsten",
    ),
    "fest_spaet": (
        "Jakobi", "Michaelis", "Martini", "Allerseelen",
    ),
    "saint": (
        "Sankt Aldo", "Sankt Wendelin", "Sankt Ottilien", "Sankt Gangolf", "Sankt Kilian",
        "Sankt Afra", "Sankt Pankraz", "Sankt Veit", "Sankt Severin", "Sankt Walburga",
        "Sankt Leonhard", "Sankt Nikolai", "Sankt Barbara", "Sankt Jakobi", "Sankt Lambert",
        "Sankt Godehard", "Sankt Ursula", "Sankt Martin",
    ),
    "saint_m": (
        "Sankt Wendelin", "Sankt Gangolf", "Sankt Kilian", "Sankt Pankraz", "Sankt Severin",
        "Sankt Leonhard", "Sankt Lambert", "Sankt Godehard", "Sankt Eligius", "Sankt Blasius",
    ),
    "stein": (
        "grauem Sandstein", "gelbem Kalkstein", "rotem Backstein", "dunklem Basalt", "hellem Tuff",
        "Fachwerk und Lehm", "blauem Schiefer", "grobem Granit", "braunem Eisenstein",
        "Feldsteinen", "weißem Muschelkalk", "rötlichem Porphyr",
    ),
    "farbe": (
        "blau", "grün", "rot", "schwarz", "gelb", "grau", "braun", "violett",
    ),
    "feldfarbe": (
        "golden", "silbern", "weiß",
    ),
    "vogel": (
        "Reiher", "Kiebitze", "Mauersegler", "Brachvögel", "Stieglitze", "Schleiereulen",
        "Mehlschwalben", "Rohrsänger", "Drosseln", "Turmfalken", "Ziegenmelker", "Uferschwalben",
        "Krickenten", "Saatkrähen", "Störche", "Bachstelzen",
    ),
    "dachvogel": (
        "Mauersegler", "Mehlschwalben", "Turmfalken", "Dohlen", "Rotschwänze", "Bachstelzen",
        "Schleiereulen", "Sperlinge",
    ),
    "pflanze": (
        "Sumpfdotterblumen", "Buschwindröschen", "Schlüsselblumen", "Schwertlilien", "Königskerzen",
        "Glockenblumen", "Seerosen", "Trollblumen", "Wiesenrauten", "Pechnelken", "Wasserfedern",
        "Kuckucksblumen", "Heidenelken", "Sumpfveilchen",
    ),
    "bluete": (
        "Bärlauch", "Fingerhut", "Wollgras", "Sonnentau", "Beinwell", "Mädesüß", "Fieberklee",
        "Huflattich", "Lungenkraut", "Blutweiderich", "Knabenkraut", "Waldmeister",
    ),
    "baum": (
        "Linde", "Eiche", "Buche", "Ulme", "Eibe", "Kastanie", "Pappel", "Eberesche", "Kiefer",
        "Hainbuche", "Esche", "Weide",
    ),
    "tiere": (
        "Rinder", "Schafe", "Gänse", "Schweine", "Ziegen", "Ponys", "Ackerpferde", "Maultiere",
    ),
    "ware": (
        "Wolle", "Gerste", "Butter", "Talg", "Hanf", "Honig", "Holz", "Kalk", "Hafer", "Most",
        "Holzkohle", "Leinen", "Malz", "Käse", "Schiefer", "Wachs", "Flachs", "Leder", "Pech",
        "Hopfen", "Roggen", "Dörrobst",
    ),
    "trank": (
        "Bier", "Most", "Honig", "Butter", "Wein", "Heringe", "Sauerkraut",
    ),
    "speise": (
        "Gerstengrütze aus dem Tuch", "Aalpastete mit Petersilie",
        "geräucherte Forelle auf Roggenbrot", "Lauchsuppe mit Hammelfleisch", "eingelegte Walnüsse",
        "Zwetschgenknödel", "Quarktorte mit Lorbeer", "Pökelfleisch mit grüner Soße",
        "Apfelmus mit Zimt", "dicke Erbsensuppe", "Hirsebrei mit Honig", "Sauerbraten mit Rosinen",
        "gefüllte Kohlblätter", "Buchweizenpfannkuchen mit Speck", "Birnenbrot mit Nüssen",
        "gebackene Holunderblüten",
    ),
    "inn": (
        "zum [Schwarzen|Weißen|Roten|Goldenen|Alten|Blauen] "
        "[Löwen|Ochsen|Adler|Bären|Anker|Stern|Schwan|Ross|Lamm|Hirsch|Reiher|Widder]",
        "zur [Schwarzen|Weißen|Roten|Goldenen|Alten|Blauen] "
        "[Glocke|Traube|Linde|Kanne|Krone|Mühle|Laterne|Gans]",
        "zu den [Drei|Vier|Sieben] [Tauben|Fässern|Schlüsseln|Scheren|Sternen|Heringen|Hufeisen]",
    ),
    "handwerker": (
        "Böttcher", "Wagner", "Sattler", "Maurer", "Tischler", "Müller", "Bäcker", "Schneider",
        "Schlosser", "Drucker", "Hutmacher", "Kürschner", "Zimmermann", "Dachdecker",
        "Seifensieder", "Drechsler", "Zinngießer", "Nagler", "Tuchmacher", "Fährmann",
        "Messerschleifer",
    ),
    "amt": (
        "der Vogt", "der Rat", "der Amtmann", "die Gemeindeversammlung", "das Domkapitel",
        "der Landrat", "der Schultheiß", "das Konsistorium", "der Pfarrer", "das Kirchspielgericht",
    ),
    "besucher": (
        "ein reisender Botaniker", "ein Steuerkommissar", "ein Weihbischof", "ein Wollhändler",
        "ein Landvermesser", "ein Liedersammler", "ein Pferdehändler", "ein Wanderprediger",
        "ein Schulmeister auf Fußreise", "ein Schulinspektor", "ein Handlungsreisender in Knöpfen",
        "ein Güteragent", "ein Kutschenmaler", "ein Badearzt",
    ),
    "tugend": (
        "geduldig", "stur", "gastfreundlich", "sparsam", "streitlustig", "heiter", "schweigsam",
        "stolz", "gefällig", "misstrauisch", "nüchtern", "neugierig", "eigensinnig", "bedächtig",
    ),
    "wetter": (
        "dichter Seenebel", "strenger Frost", "lange Dürre", "tiefer Schnee", "trockener Ostwind",
        "eine Woche Gewitter", "später Frost", "unaufhörlicher Regen",
        "ein warmes, nasses Frühjahr", "frühes Tauwetter",
    ),
    "wetter_dat": (
        "dichtem Nebel", "strengem Frost", "langer Dürre", "tiefem Schnee", "trockenem Ostwind",
        "heftigen Gewittern", "spätem Frost", "tagelangem Regen", "frühem Tauwetter",
    ),
    "altes": (
        "eine geschnitzte Eichentruhe mit drei Schlössern", "eine Sonnenuhr aus Messing",
        "eine Tafel mit den Namen der Wohltäter", "eine Wetterfahne in Gestalt eines Hechts",
        "ein steinernes Becken unbekannten Zwecks", "eine verblichene Prozessionsfahne",
        "eine gesprungene Glocke", "eine Karte auf Pergament von der Hand {~person_m} {~nachname}s",
        "eine Uhr mit nur einem Zeiger", "ein Predigtbuch an einer Kette",
        "eine Hellebarde ohne Schaft", "eine Handmühle aus fremder Lava",
        "eine lederne Feuerspritze", "eine Reihe zinnerner Maße",
    ),
    "grund": (
        "aus Geldmangel", "nach einem Streit um den Zehnten", "wegen des weichen Untergrunds",
        "nach zwei nassen Ernten", "auf Anraten von {~mann}", "auf Wunsch von {~frau}",
        "nach dem Tod von {~mann}", "zur Erleichterung der Nachbarn",
        "mangels der versprochenen Mittel",
    ),
    "anlass": (
        "mit Mitteln von {~mann}", "auf Wunsch von {~frau}", "nach zwei trockenen Sommern",
        "auf Anraten von {~mann}", "zum Ärger von {near1}", "zum Dank für eine gute Ernte",
    ),
    "bemerkung": (
        "und die Rechnungen darüber sind vollständig erhalten", "was mehr kostete als erwartet",
        "woran eine gemalte Inschrift erinnert",
        "und seither hat niemand eine Änderung vorgeschlagen",
        "was binnen zehn Jahren bereut wurde", "wobei {w:12-60} Freiwillige halfen",
        "doch nennen die Quellen verschiedene Monate", "sehr zum Stolz der Einwohner",
        "und bezahlt wurde erst nach {w:3-19} Jahren",
    ),
    "boden": (
        "schwerer Lehm", "leichter Sand", "tiefe schwarze Erde", "magerer Kalkboden",
        "steiniger brauner Grund", "kalter nasser Ton", "warmer roter Mergel",
    ),
    "boden_dat": (
        "schwerem Lehm", "leichtem Sand", "tiefer schwarzer Erde", "magerem Kalkboden",
        "steinigem braunem Grund", "kaltem nassem Ton", "warmem rotem Mergel",
    ),
    "wievielten": (
        "ersten", "zweiten", "dritten", "letzten",
    ),
    "spruch": (
        "Bis hierher", "Wir vergessen nicht", "Geduld", "Es hätte schlimmer kommen können",
        "Halt fest", "Aus eigener Kraft", "Achte auf die Stufe", "Die Zeit heilt",
    ),
    "lage": (
        "auf einem flachen Hügel über der {river}", "in einer Schleife der {river}",
        "am Zusammenfluss zweier Bäche", "auf einem Sporn zwischen {near2} und der {river}",
        "am Übergang der Straße nach {near2} über die {river}",
        "in einer vor dem [Nordwind|Ostwind] geschützten Mulde", "am Fuß eines bewaldeten Rückens",
        "auf einer Kiesterrasse an der {river}", "rings um einen Anger von {w:3-15} Morgen",
        "am oberen Ende eines Waldtals", "auf halber Höhe über dem {brook}",
    ),
    "benanntes": (
        "eine Furt", "ein Reisigbündel", "feuchten Boden", "einen Grenzstein", "einen krummen Baum",
        "kaltes Wasser", "ein Feuerzeichen", "einen Schafpferch", "einen langen Rücken", "die Erle",
        "ein Witwengut",
    ),
    "old_end": (
        "heime", "dorpe", "bechi", "furte", "rothe", "husun", "velde", "steti", "ouwe",
    ),
    "deutung_kopf": (
        "Hof", "Furt", "Lichtung", "Brücke", "Landeplatz", "Umzäunung", "Hügel", "Quelle", "Weide",
        "Versammlungsort",
    ),
    "deutung_rest": (
        "der Töpfer", "bei den Holundern", "der zwei Brüder", "am krummen Bach", "der Wildgänse",
        "der Äbtissin", "an der Salzstraße", "der roten Rinder", "der Fremden", "bei den Erlen",
        "am stehenden Stein", "des Fährmanns", "der Füchse",
    ),
    "bach": (
        "Mühl", "Gerber", "Kuckucks", "Frauen", "Kalten", "Silber", "Walker", "Hohl", "Otter",
        "Winter", "Pfennig", "Schwarz", "Wasch", "Salz", "Pfaffen", "Ketter", "Erlen", "Lang",
    ),
    "flur_start": (
        "Pfarr", "Hunger", "Galgen", "Lang", "Kuckucks", "Witwen", "Krämer", "Ober", "Kessler",
        "Honig", "Kalt", "Distel", "Bischofs", "Glocken", "Fiedler", "Laternen",
    ),
    "kirchenteil": (
        "Chorschranke", "Kanzel", "Empore", "Bilderdecke", "Vorhalle", "Orgelbühne", "Holzdecke",
        "Taufkapelle", "Sakramentsnische",
    ),
    "hausteil": (
        "Wendeltreppe", "Bohlenstube", "Galerie", "Freitreppe", "Stuckdecke", "Kaminhalle",
        "Uhrstube", "Gartenmauer", "Kellerküche",
    ),
    "urteil": (
        "sauber, langweilig und gut mit {~ware} versorgt", "einen Steinhaufen voller Advokaten",
        "den trockensten Fleck zwischen {near1} und der {river}",
        "arm an Geld, aber reich an {~ware}", "still bis zum Verdächtigen",
        "eine einzige Gasse mit {w:9-40} Schornsteinen und ebenso vielen Meinungen",
    ),
    "ausgabe": (
        "ein neues Seil der großen Glocke", "Bier für die Läuter", "einen Mantel für den Büttel",
        "den Fang von {w:12-90} Igeln", "die Ausbesserung des Prangers", "ein Mahl für {~mann}",
        "das Weißen des Marktbrunnens", "Kerzen für die Nachtwache", "einen Prozess gegen {near1}",
        "das Einfangen eines Stiers", "eine Trommel", "die Reinigung des Grabens",
    ),
    "neuheit": (
        "einen Regenschirm", "ein Barometer", "eine Ananas", "eine Brille", "einen Elefanten",
        "einen gedruckten Kalender", "einen Papagei", "einen Globus", "eine Uhr mit Sekundenzeiger",
        "ein Klappbett", "eine Tragorgel", "einen bemalten Fächer", "eine gefederte Kutsche",
    ),
    "last": (
        "ein Boot voller Blumen", "einen Strohbären", "eine erloschene Laterne",
        "{w:3-12} Brote an einer Stange", "eine geschmückte Wiege",
        "den ältesten Einwohner auf einem Stuhl", "ein mit Stroh umwundenes Rad",
    ),
    "muenze": (
        "Gulden", "Groschen", "Kreuzer", "Taler", "Heller",
    ),
}
# fmt: on

GERMAN = Language(
    code="de",
    lists=_LISTS,
    terrains=german_places.TERRAINS,
    region_forms=german_places.REGION_FORMS,
    genders=german_people.GENDERS,
    kinds=german_places.KINDS | german_people.KINDS,
    number_words=_number_words(),
    directions=(
        "nördlich", "nordöstlich", "östlich", "südöstlich", "südlich", "südwestlich", "westlich",
        "nordwestlich",
    ),
    distance="{count} Kilometer",
    distance_one="einen Kilometer",
    km_per_unit=1.0,
    thousands="",
)  # fmt: skip
