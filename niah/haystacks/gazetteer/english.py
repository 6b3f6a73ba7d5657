"""English: names, word lists and the facts that an entry keeps throughout."""

from __future__ import annotations

from niah.haystacks.gazetteer import english_people, english_places
from niah.haystacks.gazetteer.language import Language, words

_ONES = words(
    "no one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TENS = words("twenty thirty forty fifty sixty seventy eighty ninety")


def _number_words() -> tuple[str, ...]:
    pairs = (ten if not one else f"{ten}-{_ONES[one]}" for ten in _TENS for one in range(10))
    return (*_ONES, *pairs)


_PLACE_STARTS = words(
    "Aldren Amber Ansel Arken Averil Bannock Barrel Bellow Bewer Birdle Bracken Brannel Brindle "
    "Bruer Burrel Calder Candle Cannow Carrow Catterel Chandle Cherrel Copper Corden Corven "
    "Cradle Crannow Cringle Curlew Dallow Damsel Darrow Denner Dorrin Drayling Dunnel Eddle "
    "Elmer Esker Ettle Fallow Fanner Farrin Fenner Ferrow Fettle Flaxen Foller Fossel Gallow "
    "Gannet Garran Gentle Gimmer Gorsel Granner Gunnel Hackle Hanner Harken Hassel Hawken Heddle "
    "Henner Hersel Hinder Hobble Horrel Hunder Ingle Issel Jessen Jorrel Kendrel Ketter Kindle "
    "Kirrel Lammer Lannow Larken Lavender Lessel Linnet Lorrin Lovel Mallow Mannel Marrin Mattle "
    "Mellow Merrel Millow Morrel Muddle Nettle Ninnel Norrel Oaken Orrel Padder Pannel Parrow "
    "Pedlar Pellin Pennel Pimper Plover Poller Quarrel Quillin Rammel Ravel Reddle Rennick "
    "Ridder Rommel Runnel Saffer Sallow Scarrow Sedgen Selver Shellin Skellow Sorrel Spindle "
    "Starrel Stickle Tamber Tansel Tarren Teasel Timber Tirrel Tressel Tumble Twinner Ullen "
    "Umber Vannel Varrow Vessel Wanderl Warrel Wattle Wender Whinnow Wicker Willer Winnow Withen "
    "Yarrel Yelder Yewen"
)
_PLACE_ENDS = words(
    "ford ham wick ton bury by thorpe stow leigh combe mere holt den hurst worth well field "
    "minster bridge cote stead gate ness wold beck dale shaw ley croft garth cross barrow"
)
_RIVER_STARTS = words(
    "Ell Tarr Wend Lorr Iss Carn Dovr Esk Farr Gann Harr Inn Kess Lann Mell Narr Orr Penn Quenn "
    "Rith Sarr Tamm Ull Venn Wynn Yarr Brann Clee Dunn Fenn Glaz Holl Lidd Murr Nidd Ott Pell "
    "Rodd Swann Thrum Umm Wiss Allow Borr Cress Durr Ebb Finn"
)
_RIVER_ENDS = words("er ow et in el y ick ish am one ley burn water brook ent")
_REGION_STARTS = words(
    "Harrow Calver Dunmar Estel Farnow Gaver Hollin Ister Jarvel Kestrel Lowther Mardel Northel "
    "Orsel Pevrel Quenner Rothel Sarnow Thornel Ulver Wexel Yarlow Anner Bradel Corvel Dessel "
    "Elder Fennel Grennel Hester Ironel Keswin Lindel Monnow Orchel Pallin Ravens Selwin Tarnow "
    "Wolden Ashmer Belmer Cranmer Dormer Elmser Garmer Hazel Limmer"
)

# fmt: off
_LISTS: dict[str, tuple[str, ...]] = {
    "place": (
        *(("{~place_start}{~place_end}",) * 9),
        "[Great|Little|Upper|Nether|Long|Old|Abbot's|King's|Bishop's|Monk|High|Low] "
        "{~place_start}{~place_end}",
        "{~place_start}{~place_end} [Magna|Parva|Green|Heath|St Aldan|St Osric|Regis|Mallory]",
    ),
    "place_start": _PLACE_STARTS,
    "place_end": _PLACE_ENDS,
    "name_tail": (
        " {~surname}", " [Old|New|Far|Near] {~river}", " under {~river_start} Hill",
    ),
    "river": (
        "{~river_start}{~river_end}",
    ),
    "river_start": _RIVER_STARTS,
    "river_end": _RIVER_ENDS,
    "region_stem": (
        "{~region_start}", "{~region_start}[ing|den|land|mark|ley|combe|well]",
    ),
    "region_start": _REGION_STARTS,
    "person_f": words(
        "Agnes Alice Amabel Anne Audrey Avis Barbara Beatrice Bridget Cecily Charlotte Christian "
        "Clara Constance Dinah Dorothy Edith Eleanor Eliza Ellen Emma Esther Eunice Fanny "
        "Frances Grace Hannah Harriet Helen Hester Honor Isabel Jane Janet Joan Judith Katherine "
        "Kezia Lettice Louisa Lucy Lydia Mabel Margaret Margery Marian Martha Mary Matilda Maud "
        "Mercy Mildred Miriam Nell Olive Patience Phoebe Priscilla Prudence Rachel Rebecca Rhoda "
        "Rosamund Ruth Sabina Sarah Sibyl Susan Tabitha Tamsin Temperance Thomasin Ursula Verity "
        "Winifred"
    ),
    "person_m": words(
        "Aaron Abel Abraham Adam Ambrose Amos Andrew Anthony Arthur Asa Barnaby Bartholomew "
        "Benedict Benjamin Caleb Christopher Clement Conrad Cuthbert Cyril Daniel David Ebenezer "
        "Edmund Edward Elias Enoch Ephraim Felix Francis Gabriel George Gervase Gideon Giles "
        "Gregory Henry Hugh Humphrey Isaac Jabez Jacob James Jasper Jeremy Job John Jonah Jonas "
        "Joseph Joshua Josiah Lambert Laurence Leonard Luke Mark Martin Matthew Michael Miles "
        "Moses Nathaniel Nicholas Noah Oliver Owen Paul Peter Philip Ralph Reuben Richard Robert "
        "Roger Roland Rupert Samuel Septimus Silas Simeon Simon Stephen Theodore Thomas Timothy "
        "Tobias Walter William Zachary"
    ),
    "surname": words(
        "Allerby Amblin Applegarth Arkwell Askin Attwater Aumbry Bagshot Balfrey Barlock "
        "Bellringer Birtwhistle Blackadder Boldry Bottrell Bracegirdle Brandreth Brockle "
        "Bulstrode Burnish Cadwell Candlin Capstick Carless Catchpole Chaffey Chesterman "
        "Clutterbuck Coldwell Colley Copley Corbin Cotterill Crake Cropley Cuffley Dabney "
        "Dallimore Darnley Daventry Dimmock Dobbin Doubleday Drinkwater Dunnage Eastaff "
        "Eccleston Elphick Entwistle Fairbrass Fallows Farthing Fennimore Fewster Fidler Finch "
        "Fothergill Foxley Furlong Gadsby Garland Gathercole Gildersleeve Godbold Goodspeed "
        "Gosling Greatorex Grimshaw Gullick Hackett Haddow Halfpenny Hallowes Hardcastle "
        "Harkness Hathersage Hawtrey Heatherley Hebblethwaite Hindmarsh Holloway Honeychurch "
        "Hornblow Huckaby Inchbald Inskip Jellicoe Jessop Kellaway Kettlewell Kingdon Kitchener "
        "Lambkin Langridge Larkham Leadbeater Lillywhite Linacre Lovejoy Lumley Makepeace "
        "Mallinson Mapplebeck Marchbanks Merriweather Midgley Mountjoy Mudge Nettlefold "
        "Nightingale Norrish Oakeshott Oldershaw Orchard Osgood Ottaway Paddock Pargeter Peabody "
        "Pennywell Pettifer Pickersgill Pilbeam Pinchbeck Plumtree Portlock Postlethwaite "
        "Pringle Puddifoot Quarrington Quennell Rainbird Ramsbottom Ravenscroft Redfern Ridout "
        "Rokeby Rowntree Saltmarsh Sandiford Scattergood Seabright Shillito Silverthorn Skeffing "
        "Slaughter Smallbone Southerndown Sparrow Spofforth Standish Starling Stonehewer "
        "Strangeway Summerhayes Swithin Tattersall Tempest Thackray Thistleton Threlkeld "
        "Tidmarsh Toogood Treadgold Tunnicliff Twelvetrees Underhill Upjohn Vavasour Venables "
        "Wagstaff Wainscott Waterfield Weatherby Whitlock Wigglesworth Winterbourne Woodlark "
        "Wormald Yarborough Yellowlees"
    ),
    "man": (
        "{~person_m} {~surname}",
    ),
    "woman": (
        "{~person_f} {~surname}",
    ),
    "someone": (
        "{~person_m} {~surname}", "{~person_f} {~surname}",
    ),
    "month": words(
        "January February March April May June July August September October November December"
    ),
    "time": (
        "", "", "", "{~month} ", "the {~season} of ", "the course of ",
    ),
    "season": (
        "spring", "summer", "autumn", "winter",
    ),
    "feast": (
        "Candlemas", "Lady Day", "Whitsun", "Midsummer", "Lammas", "Michaelmas", "Martinmas",
        "Shrove Tuesday", "All Souls", "Plough Monday", "Rogation Sunday", "St Aldan's Day",
    ),
    "saint": (
        "St Aldan", "St Osric", "St Ebba", "St Wendreth", "St Tibba", "St Milburh", "St Cuthwin",
        "St Sidwell", "St Arild", "St Botwine", "St Decuman", "St Frideric", "St Hybald",
        "All Saints", "Holy Cross", "St Peter", "St Mary", "St James", "St Helen",
    ),
    "stone": (
        "grey sandstone", "yellow limestone", "flint and brick", "dark whinstone", "red brick",
        "honey-coloured stone", "blue slate", "rough granite", "pebbles and clay lump",
        "weathered oak and plaster", "pale chalk stone", "brown ironstone",
    ),
    "colour": (
        "blue", "green", "russet", "white", "yellow", "grey", "crimson", "black", "ochre", "violet",
    ),
    "bird": (
        "herons", "lapwings", "swifts", "curlews", "goldfinches", "barn owls", "house martins",
        "reed warblers", "fieldfares", "kestrels", "nightjars", "sand martins", "teal", "rooks",
    ),
    "roof_bird": (
        "swifts", "house martins", "jackdaws", "kestrels", "barn owls", "redstarts", "wagtails",
        "sparrows",
    ),
    "plant": (
        "meadowsweet", "wild thyme", "lady's smock", "marsh marigold", "bog myrtle", "sea lavender",
        "wood anemone", "cowslip", "yellow flag", "foxglove", "dyer's greenweed", "wild garlic",
        "sundew", "bell heather", "comfrey", "figwort", "water violet", "toothwort",
    ),
    "tree": (
        "oak", "walnut", "lime", "yew", "black poplar", "mulberry", "hornbeam", "sweet chestnut",
        "wych elm", "Scots pine", "rowan",
    ),
    "animal": (
        "cattle", "sheep", "ponies", "geese", "pigs", "goats", "plough horses",
    ),
    "dish": (
        "barley pudding boiled in a cloth", "a flat cake of oats and honey", "eel pie with parsley",
        "smoked trout on rye bread", "a broth of leeks and mutton", "pickled walnuts",
        "plum dumplings", "a curd tart flavoured with bay", "salt beef with green sauce",
        "apple butter", "a thick pease porridge", "gingerbread pressed in pearwood moulds",
        "rabbit stewed in perry", "a hard blue-veined cheese", "samphire in vinegar",
        "hot elder cordial",
    ),
    "inn": (
        "the [White|Black|Red|Golden|Old|Blue] [Hart|Swan|Lion|Bell|Boar|Heron|Anchor|Ram|Bear]",
        "the [Three|Four|Seven] [Pigeons|Tuns|Keys|Shears|Stars|Barrels|Herrings|Horseshoes]",
        "the [Ferryman|Carter|Weaver|Shepherd|Packhorse|Pilgrim]'s [Rest|Arms|Return]",
        "the [Ship|Plough|Wheatsheaf|Rising Moon|Crooked Billet|Olive Branch|Drover|Windmill]",
    ),
    "craftsman": (
        "cooper", "wheelwright", "saddler", "chandler", "mason", "joiner", "miller", "tanner",
        "fuller", "draper", "baker", "glover", "tailor", "ropemaker", "carter", "ferryman",
        "locksmith", "thatcher", "bellfounder", "printer", "brazier", "farrier", "hatter", "cutler",
    ),
    "officer": (
        "the steward", "the reeve", "the vestry", "the parish clerk", "the justices", "the bailiff",
        "the chapter", "the toll-keeper", "the churchwardens", "the county surveyor",
        "the lord of the manor", "the turnpike trust", "the guardians of the poor",
    ),
    "visitor": (
        "a travelling botanist", "a tax commissioner", "a bishop on visitation", "a wool buyer",
        "a map-maker", "an army surveyor", "a collector of ballads", "a dealer in horses",
        "an itinerant preacher", "a schoolmaster on a walking tour", "an inspector of schools",
        "a commercial traveller in buttons", "a land agent", "a painter of coach panels",
    ),
    "virtue": (
        "patient", "stubborn", "hospitable", "thrifty", "quarrelsome", "cheerful", "silent",
        "proud", "obliging", "suspicious", "sober", "curious", "obstinate but honest",
        "slow to complain",
    ),
    "weather": (
        "sea fog", "hard frost", "long drought", "heavy snow", "a dry easterly wind",
        "a week of thunder", "late frost", "incessant rain", "a warm wet spring", "an early thaw",
    ),
    "goods": (
        "wool", "hides", "barley", "apples", "butter", "tallow", "hemp", "honey", "timber", "lime",
        "oats", "feathers", "cider", "charcoal", "candles", "linen", "malt", "cheese", "slate",
    ),
    "old_thing": (
        "a carved oak chest with three locks", "a brass sundial made by {~man}",
        "a painted board that lists the benefactors of the poor",
        "an iron weathercock in the form of a pike",
        "a stone trough said to be older than the church", "a set of pewter measures",
        "a processional banner of faded silk", "a cracked bell known as Old {~person_f}",
        "a pair of wooden stocks", "a map on vellum drawn by {~man}", "a leather fire bucket",
        "a millstone of foreign lava", "a clock with a single hand", "a chained book of sermons",
    ),
    "reason": (
        "for want of funds", "after a quarrel over tithes", "because the ground proved too soft",
        "when the lease ran out", "at the wish of {~woman}, a widow of the parish",
        "after two wet harvests", "on the advice of {~man}",
        "when the promised money did not arrive", "to the relief of the neighbouring parishes",
        "after the death of {~man}, its chief advocate",
    ),
    "motive": (
        "with money left by {~man}, a(n) {~craftsman}",
        "at the wish of {~woman}, a widow of the parish", "after two dry summers",
        "on the advice of {~man}", "to the annoyance of {near1}", "in thanks for a good harvest",
        "by order of {~officer}",
    ),
    "feast_early": (
        "Candlemas", "Lady Day", "Plough Monday", "Rogation Sunday", "Whitsun",
    ),
    "feast_late": (
        "Lammas", "Michaelmas", "Martinmas", "All Souls", "St Aldan's Day",
    ),
    "remark": (
        "and nobody since has proposed to change it", "though the records disagree about the month",
        "to the lasting pride of the inhabitants",
        "and the bill was paid only after {w:3-19} years",
        "which older people still call the new arrangement", "at a cost that surprised everyone",
        "and the accounts for the work survive in full", "as a painted inscription still relates",
        "a decision regretted within the decade", "with the help of {w:12-60} volunteers",
    ),
    "feast_day": (
        "{~feast}", "the [Monday|Tuesday|Friday|Saturday] after {~feast}",
    ),
    "nth": (
        "first", "second", "third", "last",
    ),
    "motto": (
        "Here and no further", "We remember", "Patience", "It might have been worse", "Hold fast",
        "By our own hands", "Mind the step", "Time mends", "God was kind",
    ),
    "dish_short": (
        "cheese", "bread", "trout", "apples", "butter", "beer", "gingerbread", "mustard",
    ),
    "site": (
        "on a low hill above the {river}", "in a bend of the {river}",
        "at the meeting of two [streams|roads|valleys]",
        "on a spur between {near2} and the {river}", "where the {near2} road crosses the {river}",
        "on rising ground {w:2-8} furlongs from the {river}",
        "in a hollow sheltered from the [north|east] wind",
        "along a single street {w:2-9} furlongs long", "under a ridge crowned with {~tree}s",
        "on a gravel terrace beside the {river}", "round a green of {w:3-15} acres",
        "at the head of a wooded valley",
    ),
    "thing_named": (
        "a ford", "a bundle of twigs", "wet ground", "a boundary stone", "a crooked tree",
        "a dairy", "cold water", "a beacon", "a sheep pen", "a long ridge", "the alder",
        "a widow's portion",
    ),
    "old_end": (
        "eford", "aham", "estede", "atun", "ewic", "eleah", "aburh", "emere", "ecumb", "ethorp",
    ),
    "meaning_head": (
        "farm", "ford", "clearing", "bridge", "landing place", "enclosure", "hill", "spring",
        "pasture", "meeting place",
    ),
    "meaning_tail": (
        "potters", "elder trees", "two brothers", "crooked stream", "wild geese", "abbess",
        "salt road", "red cattle", "strangers", "alders", "standing stone", "ferryman", "foxes",
        "hazel wood",
    ),
    "brook_start": (
        "Mill", "Tanner's", "Cuckoo", "Lady", "Cold", "Silver", "Fuller's", "Hollow", "Otter",
        "Winter", "Penny", "Black", "Washing", "Sallow", "Priest's", "Ketter", "Ammer", "Long",
    ),
    "field_start": (
        "Parson's", "Hungry", "Gallows", "Lammas", "Long", "Cuckoo", "Widow's", "Pedlar's", "Upper",
        "Tinker's", "Honey", "Cold", "Thistle", "Bishop's", "Bell", "Fiddler's", "Lantern",
    ),
    "charge": (
        "heron", "key", "wheatsheaf", "bell", "pike", "wheel", "ladder", "otter", "tower",
        "horseshoe", "shuttle", "hare", "lantern", "oak leaf", "bridge", "ram", "beehive", "anchor",
        "plough",
    ),
    "feature": (
        "spiral staircase", "oriel window", "panelled parlour", "double chimney", "walled garden",
        "stone gallery", "painted hall", "iron gate", "clock turret", "vaulted cellar",
    ),
    "church_feature": (
        "carved screen", "painted ceiling", "timber roof", "great west window", "west gallery",
        "porch", "tiled floor", "pulpit", "organ case",
    ),
    "view": (
        "clean, dull and well supplied with {~goods}",
        "the best-drained place between {near1} and the {river}",
        "a heap of stones inhabited by lawyers",
        "a place where every second door belongs to a(n) {~craftsman}",
        "poor in money but rich in {~goods}",
        "the only spot in {region} where the bread was worth the price",
        "a street with {w:9-40} chimneys and as many opinions", "quiet to the point of suspicion",
    ),
    "expense": (
        "a new rope for the great bell", "beer for the bell-ringers", "a coat for the beadle",
        "the destruction of {w:12-90} hedgehogs", "mending the stocks", "a dinner for {~visitor}",
        "whitewashing the market cross", "candles for the night watch", "a lawsuit against {near1}",
        "the capture of a runaway bull", "a drum", "the cleaning of the town ditch",
    ),
    "invention": (
        "umbrella", "barometer", "pineapple", "pair of spectacles", "coach on springs", "elephant",
        "printed almanac", "parrot", "globe", "clock with a second hand", "hot-air stove",
        "folding bed", "portable organ", "painted fan",
    ),
    "burden": (
        "a boat filled with flowers", "a straw bear", "an unlit lantern",
        "{w:3-12} loaves on a pole", "a cradle decked with {~plant}",
        "the oldest inhabitant in a chair", "a wooden {charge}, freshly painted",
        "a wheel wound with straw",
    ),
    "coin": (
        "crown", "shilling", "florin", "groat",
    ),
    "ground": (
        "heavy clay", "light sandy soil", "deep black loam", "thin chalk soil", "stony brown earth",
        "a mixture of gravel and clay", "cold wet loam", "warm red marl",
    ),
}
# fmt: on

ENGLISH = Language(
    code="en",
    lists=_LISTS,
    terrains=english_places.TERRAINS,
    region_forms=english_places.REGION_FORMS,
    genders=english_people.GENDERS,
    kinds=english_places.KINDS | english_people.KINDS,
    number_words=_number_words(),
    directions=(
        "north",
        "north-east",
        "east",
        "south-east",
        "south",
        "south-west",
        "west",
        "north-west",
    ),
    distance="{count} miles",
    distance_one="a mile",
    km_per_unit=1.609344,
    thousands=",",
)
