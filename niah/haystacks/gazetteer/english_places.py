"""English sentences on regions, places, rivers and houses."""

from __future__ import annotations

from niah.haystacks.gazetteer.english_trades import TRADES
from niah.haystacks.gazetteer.language import EntryKind, Topic

TERRAINS = {
    "coast": {
        "country": "[a low coast of shingle banks and tidal creeks|a shore of broken cliffs and "
        "sheltered coves|a strip of dunes, saltings and wet pasture]",
        "edge": "[the saltings|the shingle|the harbour flats|the cliff path]",
        "crop": "[barley|oats|early potatoes|beans]",
        "danger": "[the sea|the tide|the winter gales]",
    },
    "hills": {
        "country": "[a country of round hills and stone walls|high pasture broken by narrow "
        "wooded valleys|a tableland of heather that falls steeply on three sides]",
        "edge": "[the upper pastures|the moor wall|the quarry road|the sheepwalks]",
        "crop": "[oats|rye|turnips|potatoes]",
        "danger": "[snow|the spring torrents|the north wind]",
    },
    "marsh": {
        "country": "[a level of drained fen crossed by straight ditches|reed beds and wet "
        "meadows between low islands of clay|a plain so flat that church towers serve "
        "as landmarks]",
        "edge": "[the washlands|the old sea bank|the reed beds|the drove road]",
        "crop": "[wheat|flax|mustard seed|celery]",
        "danger": "[flood|the ague|the breaking of the banks]",
    },
    "forest": {
        "country": "[old woodland with clearings and charcoal hearths|a royal forest long since "
        "parcelled into coppices|beech woods on sandy ridges, with heath between them]",
        "edge": "[the coppice gate|the forest road|the heath|the deer bank]",
        "crop": "[rye|buckwheat|cherries|hops]",
        "danger": "[fire|the loss of common rights|wolves, so the old people said]",
    },
}

REGION_FORMS = (
    {"region": "the Vale of {stem}", "heading": "The Vale of {stem}"},
    {"region": "the Hundred of {stem}", "heading": "The Hundred of {stem}"},
    {"region": "the {stem} March", "heading": "The {stem} March"},
    {"region": "{stem}shire", "heading": "{stem}shire"},
    {"region": "the Soke of {stem}", "heading": "The Soke of {stem}"},
    {"region": "the Liberty of {stem}", "heading": "The Liberty of {stem}"},
    {"region": "the county of {stem}", "heading": "The County of {stem}"},
)

_REGION = EntryKind(
    low=4,
    high=5,
    records={},
    facts=(("seat", "{town1}"),),
    topics=(
        Topic(
            always=True,
            opening=(
                "{region} [consists for the most part of|is for the most part] {country}.",
                "To a traveller coming from the [north|south|east|west], {region} first appears "
                "as {country}.",
                "Most of {region} is {country}, and [its inhabitants|those who farm it] have "
                "never wished it otherwise.",
                "[Older|The older] maps show {region} as {country}, and the description still "
                "serves.",
            ),
            sentences=(
                "Its principal rivers are the {river}, the {river2} and the {river3}, of which "
                "only the [first|second] is navigable.",
                "The greatest length of the district, from {town1} to {town2}, is {w:14-45} "
                "miles, and its greatest breadth about {w:6-13}.",
                "The ground is {~ground} in the {river} valley and {~ground} elsewhere.",
                "The highest ground lies near {town3}, where on a clear day {w:7-30} church "
                "towers can be counted.",
                "The climate is [mild|sharp|changeable], with {~weather} to be expected every "
                "[second|third|fourth] year.",
                "The chief crop is {crop}, and {~goods} and {~goods} are sold in quantities that "
                "vary with the weather.",
                "Little in the landscape around {town2} has changed since {~man} drew it in "
                "{#1590-1790}.",
            ),
        ),
        Topic(
            always=True,
            low=3,
            high=4,
            sentences=(
                "The district had its own court at {seat} until {#1790-1868}, and the judge's "
                "chair is still shown.",
                "Under an agreement of {#1280-1490} the freeholders of {region} were excused "
                "from [carting duties|bridge tolls|service beyond the {river}].",
                "The custom of [dividing land equally among all children|leaving the house to "
                "the youngest child|letting meadows by the burning of a candle] lasted in "
                "{town2} until {#1740-1890}.",
                "Weights and measures differed from those of neighbouring counties, and a(n) "
                "{town1} bushel held {w:9-11} gallons.",
                "A seal of {#1240-1480} shows a(n) {~charge} between {w:2-6} stars.",
                "The commissioners of {#1540-1660} found {n:1200-5800} hearths and {w:11-48} "
                "mills.",
                "At {~feast} the tenants brought {w:2-40} loads of {~goods} to {seat}, where "
                "they were given bread, ale and a new pair of gloves.",
            ),
        ),
        Topic(
            sentences=(
                "In speech the people of {region} are known for [dropping their final "
                "consonants|a slow and musical way of asking questions|calling every stranger "
                "cousin].",
                "A proverb has it that a(n) {town1} bargain is sealed {w:3-9} times and kept once.",
                "{~visitor} wrote in {#1690-1870} that the inhabitants were {~virtue}, {~virtue} "
                "and fond of {~dish}.",
                "The usual dish on feast days is {~dish}, which no two households of {town3} "
                "prepare alike.",
                "Songs collected at {town2} in {#1880-1912} by {~someone} fill {w:3-14} notebooks.",
                "The rivalry between {town1} and {town2} began over {~goods} and is now confined "
                "to [cricket|the annual tug of war|brass bands|the growing of leeks].",
                "Dialect words such as [snook for a gate|murrow for a day's work|tidding for "
                "small rain|fettock for a neighbour] are still heard on market days at {other}.",
            ),
        ),
        Topic(
            sentences=(
                "[Carriers|Coaches|Post riders] linked {town1} with {town2} by {#1660-1770}, at "
                "a fare of {w:2-11} pence a stage.",
                "The turnpike of {#1740-1796} followed the {river} for most of its course and "
                "avoided the hill at {town3}.",
                "A canal from {town2} to the {river} was surveyed in {#1766-1812} and abandoned "
                "{~reason}.",
                "The railway entered {region} in {#1846-1888} and put an end to the trade in "
                "[post horses|droving|river freight] within {w:3-15} years.",
                "Of the {w:14-60} bridges listed in {#1620-1780} the oldest still standing is "
                "the packhorse bridge near {other}.",
                "The present road from {town1} to {other} was laid out by {~man} in "
                "{#1790-1860}, {~remark}.",
            ),
        ),
        Topic(
            sentences=(
                "The entries that follow are drawn from the [parish books|court rolls|surveys] "
                "of {town1}, compared with the notes of {~someone}.",
                "Distances are given in a straight line from the market cross of {town1} or from "
                "the parish church, and are correct to within {w:2-9} furlongs.",
                "Spellings follow the survey of {#1840-1898}, which preferred {town2} to the "
                "older forms.",
                "Where two accounts disagree, that of {~someone} has been preferred as the "
                "[earlier|drier|more cautious].",
                "Readers at {town3} have kindly supplied {w:12-90} corrections to the edition of "
                "{#1870-1931}.",
            ),
        ),
    ),
)

_KINDS = (
    {"a": "market town", "the": "the town", "people": "townspeople", "gives": "town"},
    {"a": "small market town", "the": "the town", "people": "townspeople", "gives": "town"},
    {"a": "walled town", "the": "the town", "people": "burgesses", "gives": "town walled"},
    {"a": "village", "the": "the village", "people": "villagers", "gives": "village"},
    {"a": "large village", "the": "the village", "people": "villagers", "gives": "village"},
    {"a": "scattered village", "the": "the village", "people": "villagers", "gives": "village"},
    {"a": "hamlet", "the": "the hamlet", "people": "cottagers", "gives": "village"},
    {"a": "parish", "the": "the parish", "people": "parishioners", "gives": "village"},
    {
        "a": "fishing port",
        "the": "the port",
        "people": "townspeople",
        "tags": "coast",
        "gives": "town port",
    },
    {
        "a": "harbour village",
        "the": "the village",
        "people": "fishing families",
        "tags": "coast",
        "gives": "village port",
    },
    {
        "a": "river port",
        "the": "the town",
        "people": "townspeople",
        "tags": "marsh",
        "gives": "town",
    },
    {
        "a": "forest village",
        "the": "the village",
        "people": "commoners",
        "tags": "forest",
        "gives": "village",
    },
    {
        "a": "hill village",
        "the": "the village",
        "people": "villagers",
        "tags": "hills",
        "gives": "village",
    },
)

_SITUATION = Topic(
    always=True,
    low=2,
    high=4,
    opening=(
        "{name} is a(n) {kind.a} in {region}, on the {bank} bank of the {river}, {dist1} {dir1} "
        "of {near1}.",
        "The {kind.a} of {name} stands {sited}, {dist1} {dir1} of {near1} and {dist2} {dir2} of "
        "{near2}.",
        "{name}, a(n) {kind.a} {sited}, lies {dist2} {dir2} of {near2} on the road to {near1}.",
        "Travellers on the road from {near1} to {near2} pass through {name}, a(n) {kind.a} "
        "{sited}.",
        "{name} is a(n) {kind.a} of some {w:20-95} {houses} houses, {sited}, {dist1} {dir1} of "
        "{near1}.",
        "On the {bank} bank of the {river}, {dist1} {dir1} of {near1}, stands {name}, a(n) "
        "{kind.a} known chiefly for its {trade.goods}.",
        "Seen from the {near1} road, {name} appears as a single line of {houses} houses {sited}.",
        "{name}, {dist1} {dir1} of {near1}, is the [only|smallest|oldest|most northerly] "
        "{kind.a} of {region} to lie on both banks of the {river}.",
    ),
    sentences=(
        "The {river} is crossed here by a bridge of {w:2-9} arches, [built|rebuilt] in "
        "{bridge_year} of {stone}.",
        "Most of the houses are of {stone}, and the older ones turn their backs to the {river}.",
        "The ground rises towards {near2} in {w:3-8} broad steps, each marked by a line of "
        "{~tree}s.",
        "{kind.the} is divided into {upper} and {lower}, and each half regards the other as an "
        "afterthought.",
        "A brook called the {brook} runs through the middle of {kind.the} and is crossed by "
        "{w:4-17} stone slabs.",
        "The census of 18[0|1|2|3|4]1 counted [{n:140-980} inhabitants at {name}, and that of "
        "1891 as many as {n:1010-3900}|{n:1100-4900} inhabitants at {name}, and that of 1901 "
        "only {n:210-990}].",
        "{kind.the} has {w:2-6} streets that carry names and {w:3-14} that do not need them.",
        "The nearest neighbours are {near1}, {near2} and {near3}, all of which can be seen from "
        "the church tower.",
        "The parish lies on {~ground}, which suits {crop} but ruins boots.",
        "{name} has no lawyer.",
        "There is no better water than that of the {brook}.",
        "The wind at {name} is seldom still.",
        "From {edge} there is a view over {w:3-12} parishes as far as {other}.",
        "{name} has no square, and what business there is takes place under a(n) {~tree} planted "
        "by {~man} in {#1640-1820}.",
        "An avenue of {w:22-80} {~tree}s leads from the bridge over the {river} to the church.",
        "The parish covers {n:1100-6400} acres, of which {w:30-90} are under water for part of "
        "the year.",
        "<village>There is no shop between {name} and {near1}, although a carrier calls on "
        "[Tuesdays|Thursdays|alternate Fridays] with {~goods} and news.",
        "<town>The market place slopes towards the {river}, so that in wet weather stalls are "
        "set up only on its upper side.",
        "<town>Four gates once closed the streets at night; the {near1} gate alone survives, "
        "with a room above it used by {~officer}.",
        "<walled>About {#200-900} yards of the wall remain, between the {near1} gate and the "
        "{river}.",
        "<port>The harbour is sheltered by a mole of {stone}, {#90-480} yards long, begun in "
        "{#1560-1790}.",
        "<port>At low water the boats of {name} lie on the mud, and their owners sit along the "
        "wall mending nets.",
    ),
)

_ORIGINS = Topic(
    low=2,
    high=4,
    opening=(
        "The name appears as {old_name} in a charter of {founded} and is usually explained as "
        "{meaning}.",
        "In the oldest record, a grant of {founded}, {kind.the} is called {old_name}, which is "
        "thought to mean {meaning}.",
        "{name} was founded in {founded} by {founder}, who needed a crossing place for "
        "[wool|salt|pilgrims|cattle|troops] bound for {near1}.",
        "Nothing is known of {name} before {founded}, when {founder} obtained leave to hold a "
        "fair there.",
        "Tradition makes {founder} the founder of {name}, and gives the year as {founded}.",
    ),
    sentences=(
        "{~someone}, who collected the local traditions in {#1830-1905}, preferred to derive it "
        "from a word for {~thing_named}.",
        "Flint tools and a bronze {relic} found near {edge} show that people lived here long "
        "before that.",
        "The first settlers are said to have come from {near2} after a quarrel about {quarrel}.",
        "A list of {#1290-1420} names {w:13-76} householders at {name}, {w:2-9} of them widows.",
        "The lord of the manor at that time was {founder}, whose effigy in the church lacks its "
        "nose.",
        "The inhabitants received the right to [elect a reeve|keep geese on the common|take "
        "timber for repairs|grind at their own mill] in {#1300-1520}, in return for {w:2-12} "
        "pounds of pepper a year.",
        "The family of {~surname} held the manor of {name} for {w:4-15} generations and left it "
        "{w:2-11} monuments, none of them a likeness.",
        "By {#1410-1560} the place had {w:2-9} mills, a pound for stray {~animal} and a bridge "
        "in poor repair.",
        "A charter preserved at {near1} grants {kind.the} a fair of {w:2-8} days beginning at "
        "{~feast}.",
        "The arms of {name}, confirmed in {#1480-1690}, show a(n) {~colour} {charge} on a "
        "[gold|silver] field.",
    ),
)

_HISTORY = Topic(
    always=True,
    dated=True,
    low=3,
    high=6,
    sentences=(
        "In {~time}{next} the {river} rose {w:6-15} feet in a night and carried away the lower "
        "mill of {name}.",
        "A fire that began in a(n) {~craftsman}'s workshop destroyed {w:14-88} houses in {next}.",
        "The bells were recast in {next} by {~man}, who was paid in {~goods} and never came back.",
        "In {~time}{next} the {kind.people} bought out the manorial court for {n:120-1900} crowns.",
        "A dispute with {near1} over the common pasture, begun in {next}, was settled only after "
        "{w:13-60} years.",
        "In {~time}{next} a fever brought from {other} killed {w:17-90} people between "
        "{~feast_early} and {~feast_late}.",
        "The plague year of {next} is remembered by a row of {~tree}s planted for the dead of "
        "{name}.",
        "In {~time}{next} {~officer} forbade [bowls|dancing|the keeping of geese|football|the "
        "ringing of bells after dark] in the street leading to {near2}.",
        "{~weather} ruined the harvest of {next}, and bread was sold at {name} by the ounce.",
        "Soldiers were quartered on {kind.the} in {next} and left behind debts of {n:110-940} "
        "crowns and {~old_thing}.",
        "The market was moved from {~season} to {~season} in {next}, {~remark}.",
        "In {~time}{next} {~man}, a(n) {~craftsman}, left the income of {w:2-30} acres to "
        "apprentice poor children of {name}.",
        "The commons were enclosed in {next}, and {w:12-70} families left for {other}.",
        "A new pump was set up in {next} {~motive}.",
        "The road to {near1} was raised in {next} by {w:2-7} feet, so that it could be used in "
        "winter.",
        "{~woman} was fined in {next} for selling {~goods} on a Sunday, and paid the fine in kind.",
        "The parish accounts for {next} record {w:3-40} shillings spent on {~expense}.",
        "In {~time}{next} the tower was struck by lightning during a wedding, and the "
        "{~craftsman}'s apprentice was the only person hurt.",
        "The great frost of {next} held the {river} fast for {w:5-13} weeks, and an ox was "
        "roasted on the ice below {name}.",
        "In {~time}{next} {~visitor} described {kind.the} as {view}.",
        "{~man} and {w:3-11} others were tried in {next} for pulling down the fences of {near2}.",
        "In {~time}{next} the inhabitants agreed that every house should keep a ladder, a bucket "
        "and a lantern, {~remark}.",
        "The harvest of {next} failed.",
        "In {next} the roof of {saint} fell in.",
        "Nothing is recorded of {name} for {next}.",
        "A survey of {next} lists {w:40-99} houses, {w:5-30} barns and a single [pear "
        "tree|coach|book|looking-glass] worth mentioning.",
        "The weekly market at {name} lapsed in {next} and was revived {w:3-40} years later by "
        "{~woman}.",
        "In {~time}{next} the vicar, {~man}, began a diary of the weather that he kept for "
        "{w:13-51} years.",
        "A company of players from {other} was turned away in {next} for want of a room with a "
        "sound floor.",
        "The first {~invention} was seen in {kind.the} in {next}, and drew visitors from {near1} "
        "and {near2}.",
        "In {~time}{next} {name} sent {w:4-60} men to mend the banks at {other} and was thanked "
        "with a barrel of {~goods}.",
        "<town>The guild of {trade.workers} received its rules in {next}, the first in {region} "
        "to be written in plain English.",
        "<town>In {~time}{next} the corporation pawned its silver to pay for {~expense}.",
        "<port>A storm in {next} sank {w:5-28} boats at their moorings, and a collection for the "
        "families was made as far away as {other}.",
    ),
)

_TRADE = Topic(
    always=True,
    low=2,
    high=5,
    opening=(
        "The [chief|principal|traditional] occupation of {name} is {trade.name}, which employed "
        "{w:20-90} households in {#1760-1860}.",
        "For [centuries|many generations] the {kind.people} of {name} have lived by {trade.name}.",
        "{name} owes its modest prosperity to {trade.goods}, made here since at least "
        "{#1420-1680}.",
        "Ask anywhere in {region} for {trade.goods} and the talk will turn to {name}.",
        "{trade.name}, introduced by {~someone} in {#1460-1720}, is still the mainstay of "
        "{kind.the}.",
    ),
    sentences=(
        "{trade.how}, and at {name} the whole process takes {w:2-9} weeks.",
        "The {trade.workers} of {name} work with {trade.tools} of a pattern found nowhere else.",
        "In a good year {kind.the} sends {n:120-3900} {trade.unit} of {trade.stuff} to {near1} "
        "and {other}.",
        "The best {trade.material} is set aside for the customers at {other}, who have paid in "
        "advance since {#1690-1860}.",
        "Apprentices are bound for {w:4-7} years and must finish a trial piece before three "
        "masters from {near2}.",
        "The trade suffered when {near1} began to undersell it in {#1770-1890}, but quality told "
        "in the end.",
        "A(n) {trade.worker} named {~someone} won a medal for it in {#1851-1911}.",
        "The {trade.place} by the {river}, built in {#1690-1850}, employs {w:12-70} people, most "
        "of them named {~surname}.",
        "Prices are fixed once a year, at {~feast}, in the back room of {inn}.",
        "The mark of {name}, a(n) {~colour} {charge}, was stamped on every load from "
        "{#1580-1740} onwards.",
        "Women have always done the finer part of the work, and {~woman} ran the largest shop "
        "until {#1780-1899}.",
        "It is a cold trade in winter, and the saying goes that a(n) {trade.worker} of {name} "
        "marries for warmth.",
        "Attempts to replace hand labour by a machine from {other} were given up in {#1840-1910} "
        "[for want of funds|after {w:2-9} months|at the wish of the masters|after the first "
        "accident].",
        "Besides this there is some trade in {~goods} and {~goods}, carried on by the family of "
        "{~surname}.",
        "<town>Every {trade.worker} pays a yearly fee of {w:2-20} shillings towards the upkeep "
        "of the bridge at {name}.",
        "<village>In the slack months the {trade.workers} of {name} hire themselves out to the "
        "farms around {near2}.",
    ),
)

_CHURCH = Topic(
    low=2,
    high=4,
    opening=(
        "The church of {saint}, of {stone}, dates in its present form from {church_year}.",
        "The parish church, dedicated to {saint}, was begun in {church_year} and [never quite "
        "finished|finished by {~man} {w:11-60} years later].",
        "The tower of {saint} at {name}, {#70-190} feet high, can be seen from {other}.",
        "Of the church that {founder} built nothing is left; the present one, {saint}, was "
        "consecrated in {church_year}.",
    ),
    sentences=(
        "Its {church_feature} is the work of {~man}, a(n) {~craftsman} of {near1}.",
        "The font, carved with {w:5-16} {carvings}, was found in a farmyard in {#1790-1890}.",
        "In the [north|south] aisle hangs a painting of the [flood|last supper|good "
        "shepherd|miraculous draught of fishes] in which several faces are those of {~man}'s "
        "neighbours.",
        "The organ of {saint} at {name} is out of tune.",
        "There are {w:3-8} bells, the largest of which was cast at {other} in {#1580-1790} and "
        "is rung only at {~feast}.",
        "A tablet remembers {~woman}, who died in {#1610-1840} at the age of {w:80-99}.",
        "The registers begin in {#1538-1640} and note in the margin every occurrence of "
        "{~weather}.",
        "Among the treasures of the vestry is {~old_thing}.",
        "The churchyard of {name} contains {w:2-12} {~tree}s said to be older than the tower.",
        "The roof was repaired in {#1700-1880} with lead from {near2}, {~remark}.",
        "The clock, given by {~man} in {#1680-1870}, has always been kept {w:2-9} minutes fast "
        "for the benefit of {trade.workers}.",
        "A chapel of the dissenters, plain and well lit, was opened near the {river} in "
        "{#1690-1850}.",
    ),
)

_BUILDINGS = Topic(
    low=2,
    high=4,
    opening=(
        "The most notable house in {kind.the} is {hall}, built of {stone} for {~someone} in "
        "{#1540-1760}.",
        "{hall}, a long house of {stone} on the {near1} road, belonged to the {~surname}s until "
        "{#1790-1920}.",
        "Few old buildings remain at {name}, but {hall}, with its {feature}, repays a visit.",
        "The eye is first caught by {hall}, whose {w:5-19} chimneys were paid for by trade in "
        "{~goods}.",
    ),
    sentences=(
        "Its [hall|staircase|long gallery|kitchen] contains {~old_thing}.",
        "The almshouses, founded by {~woman} in {#1570-1790}, shelter {w:4-14} old people, who "
        "receive coal and {~goods} at {~feast}.",
        "The mill on the {river} has {w:2-5} pairs of stones and last ground corn for {near2} in "
        "{#1880-1939}.",
        "The tithe barn measures {w:60-99} paces from end to end and stood empty from "
        "{#1780-1850} until {#1860-1935}.",
        "A stone set in the wall of {inn} marks the height of the flood of {#1590-1880}.",
        "The old lock-up, no larger than a pantry, last held {~man} for singing in {#1810-1890}.",
        "The pump bears the initials of {~man} and the date {#1640-1860}.",
        "A dovecote with {#300-980} nesting holes stands in the garden behind {inn}.",
        "The reading room was built by subscription in {#1830-1908} and holds {n:400-2900} "
        "volumes, many of them on {trade.material}.",
        "The house in which {native_name} was born is now a(n) {~craftsman}'s workshop.",
        "<town>The guildhall, raised on {w:6-14} pillars above the market, was completed in "
        "{#1520-1720} by {~man}.",
        "<town>The corn exchange of {#1830-1880} is used for concerts and, since {#1890-1935}, "
        "for the winter exhibition of poultry.",
        "<village>The smithy at {name} has been worked by the same family since {#1610-1790} and "
        "still shoes the horses of three parishes.",
    ),
)

_LAND = Topic(
    low=2,
    high=4,
    opening=(
        "The farms around {name} lie on {~ground} and grow {crop}, [clover|vetches|peas|roots] "
        "and a little [hemp|saffron|woad|fruit].",
        "About {name} the land is {~ground}, and a holding of {w:30-90} acres is thought large.",
        "The fields of {name} keep the long strips of the old open-field system, [each no wider "
        "than a cart|divided by balks of uncut grass].",
    ),
    sentences=(
        "The best meadow, called {field}, is let each year at {~feast} to the highest bidder.",
        "{w:12-60} households have the right to graze {w:2-12} {~animal} each on the common "
        "towards {near2}.",
        "The breed of {~animal} kept here is small, [dark|pale|brown|grey|red|piebald] about the "
        "head and {~virtue} by temperament.",
        "A drain cut by {~man} in {#1630-1840} carries the water of {w:3-9} parishes into the "
        "{river}.",
        "Orchards were planted along the {river} in {#1690-1850}, and the apple called "
        "{~surname}'s [Pippin|Russet|Delight|Keeper|Codling] was first raised in one of them.",
        "In dry summers the outlines of an older field system appear near {edge}.",
        "The last wolf, or what passed for one, was taken near {field} in {#1480-1680} by {~man}.",
        "Every farm of more than {w:20-60} acres must by custom keep a ferret, a ladder and a "
        "bull, on pain of a fine of {w:2-19} pence at {~feast}.",
        "Bees do well here, and {w:30-95} hives are carried each August to the heath beyond "
        "{other}.",
        "The parish owns a quarry, a gravel pit and {w:2-20} acres of osiers, let to {~man} for "
        "{w:6-48} pounds a year.",
        "Bad years are blamed on {danger}, good ones on the industry of the {kind.people} of "
        "{name}.",
    ),
)

_NATURE = Topic(
    low=2,
    high=3,
    opening=(
        "The botanist will find {~plant} and {~plant} near {edge}, and {~bird} in every month of "
        "the year.",
        "In {~season} the banks of the {river} above {name} are bright with {~plant}.",
        "The wet ground between {name} and {near1} is [noted|known] for its {~bird}.",
    ),
    sentences=(
        "{~roof_bird} nest under the eaves of {inn}, where it is thought unlucky to disturb them.",
        "{~someone} listed {#180-690} kinds of plants within {w:3-8} miles of {name} in "
        "{#1780-1920}.",
        "A(n) {~tree} on the {near2} road measures {w:14-33} feet round and is hollow enough to "
        "seat {w:3-11} people.",
        "The {brook} holds trout of {w:2-5} pounds, or so the landlord of {inn} maintains.",
        "Otters returned to the {river} in {#1890-1938}, after an absence of {w:20-70} years.",
        "A warm spring near {edge} never freezes, and {~plant} flowers beside it as early as "
        "January.",
        "After {~weather} the stones of an old causeway can be made out in the bed of the "
        "{river} below {name}.",
        "The pit from which the [grey|blue|yellow|red|white] clay of {name} was dug is now a "
        "pond with {~plant} on its banks.",
        "Fossil shells are turned up by the plough near {field}, and children sell them at the "
        "bridge.",
    ),
)

_CUSTOMS = Topic(
    low=2,
    high=4,
    opening=(
        "At {~feast} the {kind.people} of {name} carry {~burden} to {edge} and back.",
        "{kind.the} keeps {~feast} with more noise than its neighbours think proper.",
        "The custom of [the Candle Auction|the Long Table|Blessing the Boats|Counting the "
        "Geese|the Silent Supper|Beating the Bounds|the Barrel Race] at {name} is first "
        "mentioned in {#1520-1760}.",
        "On the eve of {~feast} every household of {name} sets a [lantern|loaf|jug of ale|bowl "
        "of salt] on the doorstep.",
    ),
    sentences=(
        "The procession halts {w:3-9} times, and at each halt the oldest {trade.worker} makes a "
        "speech of not more than {w:10-40} words.",
        "The dish for the day is {~dish}, eaten standing.",
        "It was suppressed in {#1640-1790} by {~officer} and quietly resumed {w:3-30} years later.",
        "Children who find the hidden {charge} of {name} receive a new {~coin} and a day's "
        "holiday.",
        "Nobody at {name} can say why.",
        "At {name} it always rains on {~feast}.",
        "Strangers are welcome, provided that they bring {~goods} or can sing.",
        "The music is supplied by {w:3-12} fiddles and a drum captured from {near1} in "
        "{#1680-1850}.",
        "Nobody now remembers the reason, although {~someone} proposed {w:3-8} in a pamphlet of "
        "{#1840-1930}.",
        "A bride leaving {name} for {near2} is given a bag of earth from {field}, so that she "
        "may be said never to have left.",
        "It is thought unlucky to mention {danger} at table, and a fine of {w:2-6} pence goes to "
        "the ringers.",
        "The losers must mend the fence along {field} before {~feast}.",
        "A rhyme for skipping preserves the names of {w:5-13} {trade.workers} who were drowned "
        "in the {river} in {#1690-1860}.",
    ),
)

_INN = Topic(
    low=2,
    high=3,
    opening=(
        "Of the {w:3-14} inns that {name} had in {#1740-1860} only {inn} is left.",
        "Visitors are advised to put up at {inn}, where [the beds are dry|the landlord keeps a "
        "good fire|the talk is better than the wine].",
        "{inn}, on the {near1} road, has been in the hands of the {~surname} family since "
        "{#1690-1880}.",
    ),
    sentences=(
        "Its speciality is {~dish}, served on [Fridays|market days|Sundays after church|the "
        "first Monday of the month] to whoever asks for the {name} plate.",
        "The sign was painted by {~man} in settlement of a bill for {w:5-60} dinners.",
        "In its upper room is kept {~old_thing}.",
        "{~visitor} who lodged there in {#1740-1890} complained of [the stairs|the ghost|the "
        "price of candles|the fiddler|the dampness of the salt] and stayed {w:3-11} weeks.",
        "Carriers for {near2} start from its yard at {w:4-9} in the morning.",
        "The beer is brewed with water from the {brook} and is best in {~month}.",
        "The landlady, {~woman}, kept a tame {pet} that was buried in {#1770-1900} at the "
        "expense of the regulars.",
        "The skittle alley of {inn} is {w:17-34} paces long and has decided more than one lawsuit.",
    ),
)

_ROADS = Topic(
    low=2,
    high=3,
    opening=(
        "<rail>The railway reached {name} in {rail_year}, on the line from {near1} to {other}.",
        "<rail>{kind.the} has had a station since {rail_year}, although it stands nearer to "
        "{near2} than to {name}.",
        "<norail>No railway touches {name}; the line planned in {rail_year} was taken by way of "
        "{near1} {~reason}.",
        "Roads lead from {name} to {near1}, {near2} and {near3}, and the first is much the best.",
    ),
    sentences=(
        "The old coach road can be followed past {w:4-11} milestones as far as {other}.",
        "Before that, goods went by [packhorse|river barge|ox cart|sledge] to {near2}, a journey "
        "of {w:5-30} hours.",
        "<rail>The first stationmaster, {~man}, grew prize {vegetable} along the platform.",
        "A ferry across the {river} was kept by the {~surname} family for {w:3-9} generations "
        "and charged {w:2-6} pence for a horse.",
        "The toll-house on the {near1} road, with its {w:6-8} sides, is let as a dwelling.",
        "<rail>An omnibus drawn by two horses met every train from {rail_year} until {#1912-1929}.",
        "In winter the {near3} road is often closed by {~weather}, and letters come round by "
        "{other}.",
        "The bridge was widened in {#1860-1936} by {w:3-12} feet, {~remark}.",
    ),
)

_SCHOOL = Topic(
    low=2,
    high=3,
    opening=(
        "The school was founded in {#1540-1760} by {~someone}, who laid down that its pupils "
        "should learn [Latin, sums and swimming|to read, to cast accounts and to keep "
        "silence|whatever their parents had not].",
        "A free school for {w:12-48} children of {name} has existed since {#1560-1790}.",
        "{name} is proud of its school, the gift of {~woman}, a(n) {~craftsman}'s widow.",
    ),
    sentences=(
        "Its first master, {~man}, held the post for {w:21-56} years and wrote a grammar that "
        "nobody used.",
        "The [library|schoolroom|yard] contains {~old_thing}.",
        "In {#1780-1880} the boys barred out the master for {w:2-9} days in protest against "
        "{protest}.",
        "Girls were admitted in {#1790-1890}, the first being {~woman}, later a teacher at "
        "{other}.",
        "Every pupil at {name} plants a(n) {~tree} on leaving, and the plantation now covers "
        "{w:3-17} acres.",
        "The [governors|trustees] meet at {inn} on the day after {~feast} and are sworn to be "
        "brief.",
        "Among its exercises is a yearly essay on {trade.name}, for which the prize is {w:2-9} "
        "{~coin}s.",
    ),
)

_NATIVE = Topic(
    low=1,
    high=2,
    opening=(
        "{native_name}, {native_calling.is}, was born at {name} in {native_born}.",
        "The best-known native of {name} is {native_name}, {native_calling.is}, who died in "
        "{native_died}.",
        "A tablet near the bridge commemorates {native_name}, {native_calling.is} ({native_born} "
        "to {native_died}).",
    ),
    sentences=(
        "Another native, {~someone}, [walked to|settled at|preached for a year at] {other} in "
        "{#1640-1860} and wrote home every week.",
        "{~woman}, who lived to be {w:91-99}, could recite the names of every {trade.worker} "
        "since {#1660-1780}.",
        "{~man}, a(n) {~craftsman} of {name}, invented [a lamp for lambing sheds|a folding "
        "ladder|a bell that rang itself|a plough for stony ground|an improved mousetrap] in "
        "{#1760-1890}, but took out no patent.",
        "The poet {~someone} spent {w:2-9} summers at {inn} and mentions {kind.the} in {w:3-30} "
        "verses.",
        "The sisters {~person_f} and {~person_f} {~surname} kept the post office at {name} for "
        "{w:21-55} years and opened, it is said, only the dull letters.",
    ),
)

_TODAY = Topic(
    low=2,
    high=3,
    sentences=(
        "Today {name} has {n:150-3200} inhabitants, a(n) {~craftsman}, a doctor on "
        "[Tuesdays|Thursdays] and {w:2-8} societies for its improvement.",
        "The museum, opened in {#1921-1978} in the old {trade.place}, shows how {trade.goods} "
        "were made.",
        "Since {#1931-1979} the {kind.people} have held a concert on the bridge in aid of {saint}.",
        "The population has fallen since {#1901-1951}, but the number of allotments at {name} "
        "has doubled.",
        "A footpath of {w:4-18} miles, marked with a(n) {~colour} {charge}, leads from {name} to "
        "{near2}.",
        "In {#1952-1989} the {near1} road was moved away from the church, and the old one was "
        "planted with {~tree}s.",
        "The Society of Friends of {name} has published {w:3-30} booklets, of which that on "
        "{trade.name} is the most reliable.",
        "<rail>Trains no longer stop at {name}, but the timetable of {#1911-1955} still hangs in "
        "{inn}.",
        "Only {w:2-9} {trade.workers} were at work in {#1948-1985}, the youngest aged {w:55-79}.",
        "Visitors come in {~month} for the {~bird} and in {~month} for the fair.",
    ),
)

_PLACE = EntryKind(
    low=6,
    high=8,
    records={"kind": _KINDS, "trade": TRADES, "rail": ({"gives": "rail"}, {"gives": "norail"})},
    facts=(
        ("heading", "{name}"),
        ("bank", "[left|right|northern|southern|eastern|western]"),
        ("sited", "{~site}"),
        ("stone", "{~stone}"),
        ("houses", "[low|tall|whitewashed|gabled|thatched|half-timbered|narrow|stone-built]"),
        ("founded", "{#880-1380}"),
        (
            "founder",
            "[Earl|Abbot|Bishop|Lady|Sir|Prior] "
            "[Aldred|Wulmar|Osric|Edwin|Aymer|Baldric|Thurstan|Guthlac|Merewald|Hamon|Tancred|Ivo] "
            "[the Elder|of {near1}|of {near2}|the Lame|the Patient|{~surname}|the Red]",
        ),
        ("old_name", "{~river_start}{~old_end}"),
        ("meaning", "[the|a(n)] {~meaning_head} of the {~meaning_tail}"),
        ("bridge_year", "{#1410-1790}"),
        ("church_year", "{#1180-1760}"),
        ("rail_year", "{#1846-1906}"),
        ("saint", "{~saint}"),
        ("inn", "{~inn}"),
        ("hall", "{~surname} [Hall|House|Court|Place|Grange|Lodge|Manor]"),
        ("brook", "{~brook_start} [Brook|Beck|Bourne|Water|Lode]"),
        ("field", "{~field_start} [Acre|Piece|Mead|Furlong|Dole|Close|Croft]"),
        ("charge", "{~charge}"),
        ("feature", "{~feature}"),
        ("church_feature", "{~church_feature}"),
        ("carvings", "[dragons|vines|apostles|beasts|fishes|angels with lutes|hares|knots]"),
        ("upper", "[Over Street|the Hill|Church End|Overtown]"),
        ("lower", "[Nether Street|the Waterside|Mill End|the Bottoms]"),
        ("relic", "[axe|bowl|pin|ring|bell|knife]"),
        (
            "quarrel",
            "[a dowry|a well|straying cattle|the right to cut reeds|a boundary stone|a bell]",
        ),
        ("protest", "[the porridge|a new spelling book|the loss of a half-holiday|cold baths]"),
        ("pet", "[raven|badger|otter|goose|hedgehog|jackdaw]"),
        ("vegetable", "[leeks|marrows|onions|gooseberries|sweet peas|dahlias]"),
        ("view", "{~view}"),
    ),
    topics=(
        _SITUATION,
        _ORIGINS,
        _HISTORY,
        _TRADE,
        _CHURCH,
        _BUILDINGS,
        _LAND,
        _NATURE,
        _CUSTOMS,
        _INN,
        _ROADS,
        _SCHOOL,
        _NATIVE,
        _TODAY,
    ),
)

_RIVER = EntryKind(
    low=3,
    high=4,
    records={},
    facts=(
        ("heading", "The {river}"),
        (
            "rise",
            "[a bog|a spring under a(n) {~tree}|{w:3-7} small springs|a pond|a limestone cave]",
        ),
        ("mouth", "[the sea|a larger stream below {town3}|the marshes below {town2}]"),
    ),
    topics=(
        Topic(
            always=True,
            opening=(
                "The {river} rises from {rise} near {town1} and reaches {mouth} after {w:14-52} "
                "miles.",
                "From {rise} in the parish of {town1} the {river} runs [south|north|east|west] "
                "past {town2} and {town3}.",
                "The {river}, {w:14-52} miles in length, is the [slowest|clearest|most "
                "crooked|most useful] river of {region}.",
            ),
            sentences=(
                "For the first {w:3-9} miles it is no wider than a cart.",
                "At {town2} it is {w:18-80} feet across and has a bottom of [gravel|blue "
                "clay|sand|weed-grown stones].",
                "It drove {w:7-40} mills in {#1680-1850}, of which that at {town3} was the last "
                "to close.",
                "Its water is [soft and good for dyeing|hard and good for brewing|brown with "
                "peat], a fact to which {town1} owes its {~craftsman}s.",
                "Barges of {w:12-40} tons came up as far as {town2} until {#1840-1910}.",
                "The bridge at {other}, of {w:3-11} arches, was rebuilt in {#1560-1840} by {~man}.",
            ),
        ),
        Topic(
            dated=True,
            low=3,
            high=4,
            sentences=(
                "In {~time}{next} the {river} changed its course by {#200-900} yards and left a "
                "mill at {other} without water.",
                "The flood of {next} reached the altar steps at {other}.",
                "An act of {next} made the {river} navigable, but the shareholders received "
                "nothing for {w:12-40} years.",
                "The weir below {other} was built in {next} by {~man}, a(n) {~craftsman}, "
                "{~remark}.",
                "{~man} swam the {river} from {town2} to {town3} in {next} for a wager of "
                "{w:2-30} {~coin}s.",
                "In the dry summer of {next} the {river} could be crossed at {other} without "
                "wetting a shoe.",
                "A ferry accident near {other} in {next} cost {w:3-29} lives and led to the "
                "building of a bridge.",
            ),
        ),
        Topic(
            sentences=(
                "[Eels|Trout|Lampreys|Crayfish|Grayling] are taken in the {river} between "
                "{~feast_early} and {~feast_late}.",
                "{~bird} and {~bird} are seen on the {river} in {~season}, and {~plant} grows at "
                "the water's edge.",
                "The fishing belongs to the parishes of {town1} and {other}, which let it to "
                "{~man}'s heirs.",
                "A(n) {~tree} overhanging the {river} near {other} is used by the boys as a "
                "diving board.",
                "Withies cut along the {river} are sent to {town3} for baskets in loads of "
                "{w:20-60} bundles.",
            ),
        ),
        Topic(
            sentences=(
                "An old belief holds that the {river} [takes a hat every year|never drowns a "
                "native|speaks before {~weather}|runs backwards on the eve of {~feast}].",
                "{~someone} wrote a poem of {#300-900} lines on the {river}, printed at {town1} "
                "in {#1690-1840}.",
                "Until {#1700-1850} {~officer} of {town2} threw a loaf into the {river} at "
                "{~feast}, and its course foretold the price of {~goods}.",
                "The name is older than any language now spoken near {town3} and may simply mean "
                "water.",
                "Schoolchildren at {other} learn the {w:9-30} bridges of the {river} by heart, "
                "in order and backwards.",
            ),
        ),
    ),
)
_PLAIN_HOUSES = (
    {"title": "The {house.family} Library at {name}", "it": "library", "use": "readers",
     "stock": "{n:1400-9800} volumes", "keeper": "librarian", "deed": "lending of books",
     "pride": "painted ceiling", "gives": "roofed"},
    {"title": "{house.family}'s Mill at {name}", "it": "mill", "use": "farmers",
     "stock": "{w:2-6} pairs of stones", "keeper": "miller", "deed": "grinding of corn",
     "pride": "great oak wheel", "gives": "roofed"},
    {"title": "The {house.family} Hospital at {name}", "it": "hospital", "use": "patients",
     "stock": "{w:12-60} beds", "keeper": "matron", "deed": "care of fevers",
     "pride": "arcaded court", "gives": "roofed"},
    {"title": "The {house.family} Observatory at {name}", "it": "observatory", "use": "stargazers",
     "stock": "{w:2-5} telescopes and a transit clock", "keeper": "observer",
     "deed": "timing of eclipses", "pride": "copper dome", "gives": "roofed"},
    {"title": "The {house.family} Bridge at {name}", "it": "bridge", "use": "carters",
     "stock": "{w:3-13} arches", "keeper": "toll-keeper", "deed": "passage of wagons",
     "pride": "middle arch"},
    {"title": "The Priory near {name}", "it": "priory", "use": "pilgrims",
     "stock": "{w:9-40} cells", "keeper": "almoner", "deed": "feeding of the poor",
     "pride": "cloister", "gives": "roofed"},
    {"title": "The Lighthouse at {name}", "it": "lighthouse", "use": "pilots",
     "stock": "{w:9-24} lamps and a bell", "keeper": "keeper", "deed": "warning of ships",
     "pride": "spiral staircase", "gives": "roofed", "tags": "coast"},
    {"title": "The {house.family} Garden at {name}", "it": "garden", "use": "gardeners",
     "stock": "{n:800-5200} kinds of plants", "keeper": "curator", "deed": "raising of seedlings",
     "pride": "long glasshouse"},
    {"title": "The {house.family} Theatre at {name}", "it": "theatre", "use": "playgoers",
     "stock": "{#180-720} seats", "keeper": "manager", "deed": "performance of comedies",
     "pride": "painted curtain", "gives": "roofed"},
    {"title": "The {house.family} Almshouse at {name}", "it": "almshouse", "use": "widows",
     "stock": "{w:6-18} dwellings round a court", "keeper": "warden", "deed": "relief of the old",
     "pride": "clock turret", "gives": "roofed"},
    {"title": "The {house.family} Market Hall at {name}", "it": "market hall", "use": "dealers",
     "stock": "{w:14-50} stalls and a weigh-beam", "keeper": "clerk of the market",
     "deed": "sale of {~goods}", "pride": "row of oak pillars", "gives": "roofed"},
)  # fmt: skip
_HOUSES = tuple({"family": "{~surname}"} | house for house in _PLAIN_HOUSES)

_HOUSE = EntryKind(
    low=3,
    high=4,
    records={"house": _HOUSES},
    facts=(
        ("heading", "{house.title}"),
        ("built", "{#1490-1790}"),
        ("giver", "[{~person_m}|{~person_f}] {house.family}"),
        ("history_from", "{built}"),
        ("builder", "{~man}"),
        ("fabric", "{~stone}"),
    ),
    topics=(
        Topic(
            always=True,
            opening=(
                "The {house.it} stands [beside the {river}|on the {near1} road|behind the church "
                "of {saint}] at {name} and was built in {built} with money left by {giver}.",
                "{giver} founded the {house.it} at {name} in {built}, and {builder} drew the "
                "plans.",
                "Built of {fabric} by {builder} in {built}, the {house.it} at {name} is among "
                "the best preserved in {region}.",
            ),
            sentences=(
                "It has {house.stock}, and its {house.pride} is much admired.",
                "The cost came to {n:400-9200} crowns, of which the {kind.people} themselves "
                "found a [third|quarter|tenth].",
                "{builder} is said to have changed the design {w:3-9} times, the last time on "
                "his deathbed.",
                "Over the entrance a(n) {~colour} {charge} in {fabric} recalls the family of "
                "{giver}.",
                "The first {house.keeper}, {~someone}, was appointed at {w:8-60} crowns a year "
                "and all the {~goods} that could be carried away in one cart.",
                "Part of the {fabric} came from an older building at {near2}.",
            ),
        ),
        Topic(
            always=True,
            dated=True,
            low=3,
            high=5,
            sentences=(
                "<roofed>In {~time}{next} a new roof was needed, and {~woman} sold {w:2-20} "
                "acres at {near1} to pay for it.",
                "<roofed>The {house.keeper} {~man} was dismissed in {next} for keeping {~animal} "
                "in the cellar.",
                "Repairs in {next} brought to light {~old_thing}.",
                "Closed in {next} {~reason}, the {house.it} was opened again {w:2-14} years later.",
                "A visitation of {next} found everything in order except the {house.keeper}'s "
                "accounts.",
                "In {~time}{next} the number of {house.use} who came in one year passed "
                "{n:700-6400} for the first time.",
                "{~woman} became {house.keeper} in {next}, to the dismay of {~officer}, and kept "
                "the post for {w:13-44} years.",
                "Lightning struck the {house.it} in {next} but did no harm beyond stopping the "
                "clock.",
                "<roofed>A wing of {~stone} was added in {next} by {~man}, {~remark}.",
            ),
        ),
        Topic(
            sentences=(
                "Its rules, drawn up by {giver}, forbid [whistling|dogs|loud boots|the "
                "discussion of politics|the lending of keys] and require every visitor to sign a "
                "book.",
                "The {house.deed} has always been the chief purpose, but {house.use} from "
                "{near1} come as much for the conversation.",
                "Fees of {w:2-9} pence were charged until {#1830-1910}, when {~man} paid them "
                "off for ever.",
                "The archives fill {w:11-70} boxes and include letters from {~someone} about "
                "{~goods}.",
                "Every {~feast} the {house.keeper} reads aloud the will of {giver}, which takes "
                "{w:12-50} minutes.",
                "<roofed>The key of the {house.it}, {w:7-14} inches long, is kept at {inn}.",
            ),
        ),
        Topic(
            sentences=(
                "Since {#1921-1975} the {house.it} has belonged to the parish of {name}, which "
                "spends {n:200-1900} crowns a year on it.",
                "It is open from {~feast_early} to {~feast_late}, and at other times on "
                "application to {~someone}.",
                "<roofed>An engraving of {#1720-1860} by {~man} shows it with {w:2-6} chimneys "
                "that have since gone.",
                "Plans to move it to {near1} were dropped in {#1890-1965} {~reason}.",
                "{~roof_bird} have nested above the entrance since {#1820-1930}, and the custom "
                "is to wait for them before the windows are cleaned.",
            ),
        ),
    ),
)

KINDS = {"region": _REGION, "place": _PLACE, "river": _RIVER, "house": _HOUSE}
