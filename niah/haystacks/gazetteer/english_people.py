"""English sentences on people, events and crafts."""

from __future__ import annotations

from niah.haystacks.gazetteer.language import EntryKind, Topic

GENDERS = {
    "f": {
        "he": "she",
        "him": "her",
        "his": "her",
        "child": "daughter",
        "spouse": "{~man}",
        "husband": "husband",
        "widowed": "a widow",
        "mate": "sister",
    },
    "m": {
        "he": "he",
        "him": "him",
        "his": "his",
        "child": "son",
        "spouse": "{~woman}",
        "husband": "wife",
        "widowed": "a widower",
        "mate": "brother",
    },
}

_CALLINGS = (
    {"is": "a clockmaker", "work": "clocks", "act": "built", "piece": "a clock with {w:3-9} dials",
     "field": "clockwork", "tool": "files"},
    {"is": "a botanist", "work": "drawings of plants", "act": "finished",
     "piece": "a flora of {region}", "field": "botany", "tool": "pressing boards"},
    {"is": "a map-maker", "work": "maps", "act": "completed",
     "piece": "a map of {region} in {w:4-20} sheets", "field": "surveying", "tool": "chains and "
                                                                                    "staves"},
    {"is": "a composer", "work": "songs and anthems", "act": "wrote",
     "piece": "a mass for {w:3-8} voices", "field": "music", "tool": "viols"},
    {"is": "a physician", "work": "cures", "act": "published",
     "piece": "a treatise on marsh fevers", "field": "medicine", "tool": "instruments"},
    {"is": "a bridge builder", "work": "bridges", "act": "finished",
     "piece": "the bridge at {other}, of {w:3-11} arches", "field": "building",
     "tool": "compasses"},
    {"is": "an astronomer", "work": "tables of the moon", "act": "published",
     "piece": "a catalogue of {#310-980} stars", "field": "astronomy", "tool": "quadrants"},
    {"is": "a poet", "work": "verses", "act": "published",
     "piece": "a poem in {w:4-12} books on {trade.name}", "field": "verse", "tool": "pens"},
    {"is": "a printer", "work": "almanacs and sermons", "act": "printed",
     "piece": "a dictionary of the speech of {region}", "field": "printing", "tool": "type"},
    {"is": "a painter", "work": "portraits", "act": "painted",
     "piece": "the ceiling of the guildhall at {other}", "field": "painting", "tool": "brushes"},
    {"is": "a weaver of tapestries", "work": "hangings", "act": "completed",
     "piece": "a hanging of the twelve months, {w:14-40} feet long", "field": "weaving",
     "tool": "looms"},
    {"is": "an organ builder", "work": "organs", "act": "built",
     "piece": "the organ at {other}, with {w:11-40} stops", "field": "organ building",
     "tool": "pipes"},
    {"is": "a drainage engineer", "work": "drains and sluices", "act": "opened",
     "piece": "a drain of {w:5-19} miles near {other}", "field": "hydraulics", "tool": "levels"},
    {"is": "a schoolteacher", "work": "primers", "act": "published",
     "piece": "a reader for village schools", "field": "teaching", "tool": "slates"},
    {"is": "a collector of ballads", "work": "notebooks", "act": "brought out",
     "piece": "a collection of {#120-640} songs", "field": "song", "tool": "notebooks"},
    {"is": "a breeder of sheep", "work": "pedigrees", "act": "showed",
     "piece": "a ram that was painted {w:3-7} times", "field": "breeding", "tool": "shears"},
    {"is": "a lawyer", "work": "opinions", "act": "published",
     "piece": "a commentary on the customs of {region}", "field": "the law", "tool": "seals"},
    {"is": "a maker of lenses", "work": "lenses and spyglasses", "act": "finished",
     "piece": "a telescope {w:7-30} feet long", "field": "optics", "tool": "grinding bowls"},
)  # fmt: skip

_PERSON = EntryKind(
    low=4,
    high=5,
    records={"calling": _CALLINGS, "vows": ({"gives": "married"}, {"gives": "single"})},
    facts=(
        ("parent", "{~person_m} {surname}"),
        ("master", "{~someone}"),
        ("rival", "{~someone}"),
        ("patron", "[Lady|Lord|Canon|Alderman|Dean|Madam] {~surname}"),
        ("partner", "{spouse}"),
        (
            "quarrel_over",
            "[a borrowed book|the date of Easter|the ownership of a(n) {~tree}|an unpaid "
            "bill|the pitch of a bell|a misprint]",
        ),
        ("pets", "[cats|jackdaws|hedgehogs|greyhounds|tame mice|parrots]"),
    ),
    topics=(
        Topic(
            always=True,
            low=2,
            high=4,
            opening=(
                "{name}, {calling.is}, was born at {home} in {born}, the {child} of {parent}, "
                "a(n) {~craftsman}.",
                "{name} ({born} to {died}), {calling.is}, spent almost the whole of {his} life "
                "at {home} and {other}.",
                "The fame of {name}, {calling.is}, born at {home} in {born}, rests on a single "
                "work.",
                "Of all the people of {home}, {name}, {calling.is}, born in {born}, travelled "
                "furthest from {his} beginnings.",
                "{calling.is} of more than local reputation, {name} was born in {born} within "
                "sight of the {river}.",
            ),
            sentences=(
                "{his} father kept {~inn} and was often in debt.",
                "{his} mother, {~woman}, taught {him} to read from a book of {w:12-60} sermons.",
                "At the age of {w:6-12} {he} repaired the pump in the churchyard, which nobody "
                "had asked {him} to do.",
                "{he} was apprenticed to {master} of {other}, with whom {he} stayed for {w:4-9} "
                "years.",
                "An uncle, {~man}, paid for {w:2-5} years of schooling at {other}.",
                "In {y_child} {he} was lost for {w:2-4} days near {edge}, an adventure to which "
                "{he} often returned in later life.",
                "Of {his} {w:3-11} brothers and sisters only {~person_f} survived {him}.",
                "{he} learned the elements of {calling.field} from {~visitor} who was detained "
                "at {home} by {~weather}.",
                "The house where {he} grew up, near {inn}, was pulled down in {after}.",
            ),
        ),
        Topic(
            always=True,
            low=3,
            high=5,
            opening=(
                "In {y1} {he} {calling.act} {calling.piece}, the work by which {he} is remembered.",
                "{his} first {calling.work} attracted the notice of {patron}, who invited {him} "
                "to {other} in {y1}.",
                "{he} set up on {his} own account at {other} in {y1}, with {his} {calling.tool} "
                "and a loan from {patron}.",
                "Recognition came in {y1}, when {patron} bought {w:3-30} of {his} {calling.work}.",
            ),
            sentences=(
                "{patron} paid {him} {w:20-90} crowns a year and never learned to spell {his} "
                "name.",
                "<married>{he} married {partner} in {y2}, and they had {w:2-11} children.",
                "<single>{he} never married, and shared a house at {other} with a cousin, "
                "{~someone}.",
                "A quarrel with {rival} over {quarrel_over} began in {y3} and was carried on in "
                "{w:5-40} pamphlets.",
                "By {y3} {he} employed {w:3-25} assistants, among them {~someone}, later the "
                "better known of the two.",
                "{he} refused an invitation to the capital in {y3}, giving as {his} reason the "
                "quality of the {~dish_short} at {home}.",
                "Between {y2} and {y4} {he} made {w:4-19} journeys on foot to {other}, always by "
                "the same road.",
                "The corporation of {other} voted {him} a silver cup in {y4}, which {he} gave to "
                "the ringers.",
                "A fire in {y3} destroyed {his} papers, and {he} began again from memory.",
                "{he} served as churchwarden of {home} in {y4} and left the accounts in perfect "
                "order.",
                "{his} method, set out in a letter to a pupil, was to rise at four, to work "
                "until noon and to speak to nobody before {he} had eaten.",
                "{his} {calling.work} were sold as far away as {other}, and imitated there by "
                "{~someone}.",
            ),
        ),
        Topic(
            sentences=(
                "Contemporaries describe {him} as {~virtue}, {~virtue} and careless in dress.",
                "{he} was fond of {~dish} and kept {w:2-9} {pets}, each named after a magistrate.",
                "{he} could not bear the sound of [bells|fiddles|dripping water|geese] and moved "
                "house {w:3-8} times on that account.",
                "The only portrait, by {~someone}, shows {him} at a window with a branch of "
                "{~plant}.",
                "{he} kept a diary from {y2} to {y4}, in which the weather takes up more room "
                "than {calling.field}.",
                "Asked for {his} opinion of a rival, {~someone}, {he} is said to have praised "
                "the {~dish_short}.",
                "{he} walked {w:4-12} miles every day, and a stile near {home} still bears {his} "
                "initials.",
            ),
        ),
        Topic(
            always=True,
            low=2,
            high=4,
            sentences=(
                "{name} died at {home} in {died}, aged {age}.",
                "{he} was buried [beside {his} father|under the {~tree}s of the churchyard|near "
                "the south door] at {home}, as {he} had wished.",
                "{his} will left {w:5-60} crowns to the poor, {his} {calling.tool} to {~someone} "
                "and nothing to {his} relations.",
                "The {first} {surname} Society, founded in {after}, meets every {~feast} at {inn}.",
                "A street at {other} has been called after {him} since {after}.",
                "Most of {his} {calling.work} are lost; {w:3-28} are kept in the library at "
                "{other}.",
                "{his} letters to {patron} were printed in {after} in an edition of {#100-750} "
                "copies.",
                "Opinion on {his} place in {calling.field} has been divided since {after}, when "
                "{~someone} showed how much {he} owed to {~someone} of {other}.",
            ),
        ),
    ),
)

_EVENTS = (
    {"title": "Flood", "it": "flood", "gives": "flood damage", "year": "{#1490-1890}"},
    {"title": "Great Fire", "it": "fire", "gives": "fire damage", "year": "{#1490-1840}"},
    {"title": "Hard Winter", "it": "winter", "gives": "winter", "year": "{#1510-1880}"},
    {"title": "Bell Dispute", "it": "dispute", "gives": "dispute", "year": "{#1530-1870}"},
    {"title": "Bread Riot", "it": "riot", "gives": "riot damage", "year": "{#1690-1830}"},
    {"title": "Siege", "it": "siege", "gives": "siege", "year": "{#1490-1690}"},
    {"title": "Exhibition", "it": "exhibition", "gives": "show", "year": "{#1830-1890}"},
    {"title": "Strike", "it": "strike", "gives": "strike", "year": "{#1790-1890}"},
)

_EVENT = EntryKind(
    low=3,
    high=4,
    records={"event": _EVENTS},
    facts=(
        ("year", "{event.year}"),
        ("month", "{~month}"),
        ("heading", "The {event.title} at {name}, {year}"),
        ("hero", "{~woman}"),
        ("clerk", "{~man}"),
        ("mayor", "{~man}"),
    ),
    topics=(
        Topic(
            always=True,
            low=1,
            high=2,
            opening=(
                "The {event.it} of {year} is the event in the history of {name} of which the "
                "fullest accounts survive.",
                "What is known of the {event.it} at {name} in {month} {year} comes from the "
                "notes of {clerk}, the parish clerk.",
                "No event is more often recalled at {name} than the {event.it} of {month} {year}.",
                "The {event.it} of {year} made {name} known, for {w:3-9} weeks, to people who "
                "could not have found it on a map.",
            ),
            sentences=(
                "It was preceded by {~weather}, which many took for a sign.",
                "The parish clerk's account fills {w:4-40} leaves and was begun on the following "
                "day.",
                "The year had started well, with {~goods} cheap at {near1} and no sickness.",
                "{hero}, then {w:14-70} years old, told the story to {~visitor} long afterwards.",
            ),
        ),
        Topic(
            always=True,
            low=3,
            high=5,
            sentences=(
                "<flood>The {river} began to rise on the evening of {~feast_day} and by midnight "
                "stood in the nave of {saint}.",
                "<flood>{w:12-70} houses fell at {name}, most of them in the street nearest the "
                "bridge.",
                "<flood>{hero} rowed from window to window in a brewer's vat and brought "
                "{w:5-30} people to dry ground.",
                "<flood>The miller, {~man}, opened the sluices too late and was blamed for it "
                "all his life.",
                "<flood>When the water fell, {~animal} from {near2} were found on the roof of "
                "{inn}.",
                "<flood>The bridge held, but {w:2-5} of its arches were choked with timber from "
                "{near1}.",
                "<fire>It broke out in the loft of {~man}, a(n) {~craftsman}, about {w:2-11} in "
                "the morning.",
                "<fire>A wind from {near1} carried the sparks across {kind.the}, and {w:20-95} "
                "roofs were alight within the hour.",
                "<fire>The leather buckets, counted the year before, turned out to have been "
                "eaten by mice.",
                "<fire>{hero} saved the parish registers by throwing them into the {brook}.",
                "<fire>The church of {saint} lost its {church_feature}, and the bells of {name} "
                "melted where they hung.",
                "<fire>Men from {near2} pulled down {w:4-16} houses to stop the flames and were "
                "never fully forgiven.",
                "<winter>Snow fell on {name} for {w:9-26} days without a pause, and the road to "
                "{near1} disappeared.",
                "<winter>The {river} froze to the bottom, and the mill at {name} stood still "
                "until {~feast}.",
                "<winter>{w:30-90} {~animal} were brought into the church of {saint} for warmth.",
                "<winter>{hero} kept school in her kitchen and burned {w:11-40} chairs.",
                "<winter>Bread was carried from {near2} on a sledge drawn by {~man} and {w:2-7} "
                "dogs.",
                "<winter>The ink of the parish clerk, {clerk}, froze, as he complains on {w:3-9} "
                "separate pages.",
                "<dispute>The great bell of {saint} was claimed by {near1}, which had lent the "
                "metal for it.",
                "<dispute>The mayor, {mayor}, locked the tower at {name} and swallowed, or said "
                "that he had swallowed, the key.",
                "<dispute>For {w:4-30} months no bell was rung, and {kind.people} told the time "
                "by {inn}.",
                "<dispute>{hero} offered to have a second bell cast at her own expense, provided "
                "that it sounded a fifth lower.",
                "<dispute>The case of {name} against {near1} was heard {w:3-12} times, each time "
                "before a different judge.",
                "<dispute>A party from {near1} arrived by night with a wagon and {w:9-30} "
                "horses, but took the wrong bell.",
                "<riot>On {~feast_day} a loaf at {name} cost {w:7-19} pence, twice as much as at "
                "{near1}.",
                "<riot>A crowd of {w:50-99}, led by {hero}, stopped the grain carts on the "
                "{near2} road.",
                "<riot>The flour was weighed out on the church steps and sold at the old price, "
                "and the money was handed to the millers of {near2}.",
                "<riot>{w:12-60} dragoons were sent from {other} and arrived after supper.",
                "<riot>Of those arrested at {name}, {w:3-17} were released because no witness "
                "could be found.",
                "<riot>The mayor, {mayor}, whose windows were broken, had them glazed again in "
                "{~colour} glass.",
                "<siege>The troops encamped near {edge} and cut the conduit that supplied {name}.",
                "<siege>The mayor, {mayor}, refused {w:3-7} offers of terms, the last of them "
                "unopened.",
                "<siege>The {kind.people} lived for {w:5-15} weeks on {~goods}, nettles and the "
                "horses of the carriers.",
                "<siege>{hero} had the women of {name} march along the roof of {saint} in hats, "
                "to be taken for a garrison.",
                "<siege>A mine dug towards the {near1} road filled with water from the {brook}.",
                "<siege>The besiegers withdrew from {name} in {~month}, leaving {w:2-9} guns in "
                "the mud.",
                "<show>The idea came from the mayor, {mayor}, who had seen something of the kind "
                "at {other}.",
                "<show>Visitors admired {#120-860} exhibits, among them {w:9-60} kinds of "
                "{trade.stuff} and a model of {name} in cork.",
                "<show>{hero} won the gold medal for {~dish}.",
                "<show>The hall, run up in {w:5-11} weeks near the {river}, leaked in {w:6-20} "
                "places.",
                "<show>A(n) {~invention}, shown by {~man}, drew larger crowds than all the cattle.",
                "<show>As many as {n:4100-9800} tickets were sold at {name}, and the railway ran "
                "trains from {near1}.",
                "<strike>The {trade.workers} of {name} laid down their {trade.tools} on "
                "{~feast_day}.",
                "<strike>They asked for {w:2-6} pence more a day and an end to payment in "
                "{~goods}.",
                "<strike>The mayor, {mayor}, who owned the {trade.place}, replied by hiring men "
                "from {other}, who joined the strike on arrival.",
                "<strike>{hero} collected {n:210-990} loaves at {near1} and shared them out in "
                "the churchyard.",
                "<strike>After {w:5-21} weeks there was no {trade.stuff} to be had in {region}.",
                "<strike>The settlement, signed at {inn}, gave the {trade.workers} of {name} "
                "most of what they had asked.",
            ),
        ),
        Topic(
            always=True,
            sentences=(
                "<damage>The damage was put at {n:1200-9700} crowns, of which {near2} offered "
                "{w:11-40}.",
                "A day of thanksgiving is still kept at {name} on the {~nth} "
                "[Sunday|Monday|Friday] of {month}.",
                "The mayor, {mayor}, resigned in the following year and opened a shop for "
                "{~goods} at {other}.",
                "{hero}, whose part in these events was acknowledged late, received a pension of "
                "{w:4-20} crowns and outlived everyone concerned.",
                "A ballad of {w:14-60} stanzas on the {event.it} was sold at {other} before the "
                "month was out.",
                "Lawsuits arising from the {event.it} of {year} occupied {~man} of {near1} for "
                "{w:6-30} years.",
                "A stone in the wall of {inn} carries the date {year} and the words '{~motto}'.",
                "{~someone}, who examined the papers in {#1891-1938}, thought the parish clerk's "
                "figures too high by half.",
                "<flood>Every house built at {name} since {year} has its kitchen on the upper "
                "floor.",
                "<fire>Thatch was forbidden at {name} from {year} onwards, and the roofs are of "
                "slate or tile.",
                "<winter>Since {year} the bakers of {name} have kept flour for {w:3-8} weeks in "
                "the tower.",
                "<dispute>The bell now hangs at {name}, and the rope, by agreement, belongs to "
                "{near1}.",
                "<siege>Cannon balls from the siege of {year} serve as gateposts near {field}.",
            ),
        ),
        Topic(
            low=1,
            high=3,
            sentences=(
                "The centenary of the {event.it} was marked by a supper of {~dish} for "
                "{#120-490} guests.",
                "Objects connected with it, among them {~old_thing}, are shown in the vestry at "
                "{name}.",
                "At {near1} the {event.it} of {year} is remembered differently, and with more "
                "laughter.",
                "Children at {name} act the story every {~feast}, with {w:8-30} parts and no "
                "author.",
                "The painter {~someone} made {w:2-9} pictures of it, none from memory.",
                "The papers relating to the {event.it} of {year} were bound by {~man} in {w:2-9} "
                "volumes.",
                "In {~season}, when the light is low, the places named in the old account of "
                "{name} are easily found.",
                "A novel by {~someone} moves the {event.it} from {name} to {near2} and adds a "
                "wedding.",
                "{~visitor} who asked about it at {inn} in {#1895-1938} was given {w:3-9} "
                "different versions.",
                "The schoolmaster of {near2}, {~man}, proved in {#1891-1936} that the {event.it} "
                "of {year} was in fact the second of its kind.",
            ),
        ),
    ),
)

_CRAFT = EntryKind(
    low=3,
    high=4,
    records={},
    facts=(
        ("heading", "{trade.title} at {name}"),
        ("guild_year", "{#1390-1690}"),
        ("first_master", "{~someone}"),
        ("reformer", "{~someone}"),
    ),
    topics=(
        Topic(
            always=True,
            low=3,
            high=4,
            opening=(
                "{trade.name} has been carried on at {name} since before {guild_year}, when a "
                "guild of {trade.workers} is first recorded.",
                "According to the guild book of {guild_year}, {trade.name} was brought to {name} "
                "by {first_master}.",
                "The {trade.workers} of {name} formed a guild in {guild_year}, with "
                "{first_master} as its first warden.",
            ),
            sentences=(
                "In outline the work as done at {name} is simple: {trade.how}.",
                "The {trade.material} is judged by [smell|weight|the sound it makes|the feel of "
                "it between finger and thumb], and a(n) {trade.worker} of {name} is seldom wrong.",
                "A set of {trade.tools} costs {w:3-20} crowns and is handed down from aunt to "
                "niece or from father to son.",
                "The season runs from {~feast_early} to {~feast_late}, but repairs occupy the "
                "{trade.workers} of {name} all year.",
                "Of every {w:20-99} pieces about {w:2-9} are rejected and used by the makers "
                "themselves.",
                "The water of the {river} is said to be the secret, and {near1}, which uses the "
                "{brook}, says nothing.",
                "{w:12-40} separate operations are distinguished, each with a name unknown "
                "outside {name}.",
            ),
        ),
        Topic(
            always=True,
            low=3,
            high=4,
            sentences=(
                "The guild of {name} admitted {w:2-9} new masters a year and buried its dead at "
                "its own expense.",
                "A rule of {#1500-1690} forbade any {trade.worker} to work by candlelight, "
                "except on the eve of {~feast}.",
                "{~woman} was the first woman to be enrolled at {name}, in {#1580-1790}, as the "
                "widow of a(n) {trade.worker}.",
                "Its chest, with {w:3-5} locks, held the seal, {w:4-19} silver spoons and "
                "{~old_thing}.",
                "In {#1610-1760} the guild went to law against {near2} for selling {trade.goods} "
                "of a lower grade.",
                "Journeymen from {other} were examined by {w:3-7} masters and given supper "
                "whether they passed or not.",
                "The trial piece was changed in {#1640-1790}, after {~man} had passed with one "
                "borrowed from {near1}.",
                "The guild of the {trade.workers} at {name} was dissolved in {#1790-1870}, but "
                "its dinner is still held.",
            ),
        ),
        Topic(
            always=True,
            sentences=(
                "{reformer} improved the {trade.tools} in {#1740-1860} by adding a second "
                "handle, which older hands removed.",
                "Output rose from {n:200-900} {trade.unit} in {#1780-1810} to {n:1100-6400} in "
                "{#1820-1870}.",
                "An inspector counted {w:20-99} {trade.workers} at {name} in {#1841-1899}, of "
                "whom {w:4-19} were under {w:12-15} years of age.",
                "Cheaper {trade.stuff} from abroad ruined the makers at {near1} first and those "
                "at {name} {w:3-20} years later.",
                "A cooperative founded by {~woman} in {#1860-1928} kept {w:11-45} hands in work.",
                "The last {trade.place} at {name} closed in {#1921-1979}; its {trade.tools} are "
                "in the museum.",
                "Since {#1951-1988} courses have been offered at {name} in {~month}, and "
                "{w:5-30} people attend them.",
                "Samples of {trade.goods} made by {first_master}'s successors are kept at {other}.",
            ),
        ),
        Topic(
            sentences=(
                "At {name} many sayings come from the trade: whoever talks too much is told to "
                "watch the {trade.material}.",
                "The {trade.workers} of {name} honour {~saint}, whose picture hangs in every "
                "{trade.place}.",
                "At the yearly supper {~dish} is served, and the youngest {trade.worker} pays "
                "for the music.",
                "Songs for the work, with {w:8-40} verses, keep the time better than a clock, as "
                "{~someone} noted at {name} in {#1840-1912}.",
                "A(n) {trade.worker}'s hands are known by [a scar on the left thumb|their "
                "colour|the short nails|the smell], and at {other} such hands open every door.",
            ),
        ),
    ),
)

KINDS = {"person": _PERSON, "event": _EVENT, "craft": _CRAFT}
