"""English trades: what a place makes, with which tools, and how."""

from __future__ import annotations

_FIELDS = (
    "tags",
    "name",
    "worker",
    "workers",
    "goods",
    "stuff",
    "unit",
    "material",
    "tools",
    "place",
)

_ROWS = (
    ("coast", "salt-boiling", "salt-boiler", "salt-boilers", "coarse grey salt", "salt", "bushels",
     "brine", "long-handled rakes", "boiling house",
     "brine is let into shallow clay pans, warmed over peat and raked until the crystals fall"),
    ("coast", "herring curing", "curer", "curers", "smoked herring", "cured fish", "barrels",
     "fish", "short gutting knives", "smokehouse",
     "the fish are gutted on the quay, laid in salt overnight and hung above oak smoke"),
    ("coast", "net making", "net maker", "net makers", "tarred fishing nets", "netting", "bales",
     "hemp", "needles of box wood", "net loft",
     "the hemp is spun wet, knotted by the yard and steeped in tar before it is dried on the "
     "grass"),
    ("coast", "boat building", "boatbuilder", "boatbuilders", "clinker-built boats", "boats and "
                                                                                     "oars",
     "wagonloads", "larch", "adzes", "slip",
     "planks are steamed over a trench, bent while hot and fastened with copper nails"),
    ("coast marsh", "rope walking", "ropemaker", "ropemakers", "three-strand rope", "rope", "coils",
     "hemp", "grooved wooden tops", "ropewalk",
     "the yarn is walked out backwards, hooked to a wheel and laid into strands"),
    ("marsh", "reed cutting", "reed cutter", "reed cutters", "thatching reed", "reed", "bundles",
     "reed", "curved sickles", "reed barn",
     "the reed is cut on the ice, combed clean of weed and stacked with the feathers upward"),
    ("marsh forest", "basket weaving", "basket weaver", "basket weavers", "eel traps and baskets",
     "basket work", "dozens", "willow", "bodkins of bone", "weaving shed",
     "the rods are boiled, stripped of their bark and woven round a base while still damp"),
    ("marsh", "flax dressing", "flax dresser", "flax dressers", "unbleached linen", "flax", "packs",
     "flax", "heckles with iron teeth", "retting yard",
     "the flax is pulled by hand, steeped in the dykes and beaten until the fibres part"),
    ("marsh", "goose keeping", "goose keeper", "goose keepers", "quills and down", "feathers",
    "sacks",
     "down", "hooked staves", "plucking shed",
     "the birds are driven in from the fen, plucked of their loose down and turned out again"),
    ("marsh", "brick making", "brickmaker", "brickmakers", "pale hand-made bricks", "bricks",
    "loads",
     "clay", "moulds of beech", "kiln",
     "the clay is dug in autumn, broken by frost, moulded in spring and fired in summer"),
    ("hills", "slate splitting", "slater", "slaters", "thin blue roofing slates", "slate", "loads",
     "slate", "broad chisels", "splitting shed",
     "the block is kept wet, split along the grain and trimmed against an iron edge"),
    ("hills", "wool combing", "wool comber", "wool combers", "worsted yarn", "yarn", "packs",
     "fleece", "heated combs", "combing shop",
     "the fleece is washed in the stream, oiled with butter and drawn out between two hot combs"),
    ("hills", "cheese making", "cheese maker", "cheese makers", "hard mountain cheese", "cheese",
     "wheels", "milk", "copper kettles", "dairy",
     "the milk is warmed with rennet, the curd cut fine and the wheels rubbed with salt and straw"),
    ("hills", "lime burning", "lime burner", "lime burners", "white building lime", "lime", "loads",
     "limestone", "iron rakes", "kiln",
     "stone and coal are laid in courses, fired from below and drawn off as the charge sinks"),
    ("hills", "glove making", "glover", "glovers", "soft white gloves", "gloves", "gross",
     "kidskin", "stretching tongs", "glove shop",
     "the skins are limed, trodden with egg yolk and flour and cut to a paper pattern"),
    ("hills forest", "clockmaking", "clockmaker", "clockmakers", "plain wall clocks", "clocks",
    "crates",
     "brass", "fine files", "workshop",
     "the plates are cast in sand, filed true and fitted by the same hands that will set the "
     "clock going"),
    ("forest", "charcoal burning", "charcoal burner", "charcoal burners", "fine hard charcoal",
     "charcoal", "sacks", "billets of alder", "turf spades", "yard",
     "the billets are stacked round a pole, covered with turf and watched day and night"),
    ("forest", "glass blowing", "glass blower", "glass blowers", "green forest glass", "glass",
    "crates",
     "sand", "iron pipes", "glasshouse",
     "sand and beech ash are melted for two days, gathered on the pipe and blown into wooden "
     "moulds"),
    ("forest", "bowl turning", "turner", "turners", "bowls of sycamore", "turned ware", "crates",
     "sycamore", "hooked gouges", "turnery",
     "the wood is worked green on a pole lathe, one bowl being cut out of another"),
    ("forest", "bark tanning", "tanner", "tanners", "saddle leather", "leather", "hides",
     "oak bark", "blunt scraping knives", "tannery",
     "the hides lie in pits of ground bark, each stronger than the last, until they are tanned "
     "through"),
    ("forest", "beekeeping", "beekeeper", "beekeepers", "dark heather honey", "honey and wax",
    "casks",
     "comb", "straw skeps", "honey house",
     "the skeps are carried to the heath, weighed at dusk and pressed when the nights turn cold"),
    ("", "paper making", "papermaker", "papermakers", "strong rag paper", "paper", "reams",
     "linen rag", "wire moulds", "paper mill",
     "the rags are sorted, rotted, pounded to a pulp and lifted from the vat on a wire mould"),
    ("", "bell founding", "founder", "founders", "small bells for sheep and chapels", "bells",
    "crates",
     "tin", "loam boards", "foundry",
     "the mould is built of loam and horsehair, dried over a fire and buried before the metal is "
     "poured"),
    ("", "dyeing", "dyer", "dyers", "cloth of a deep blue", "dyed cloth", "bolts",
     "woad", "ash paddles", "dye house",
     "the cloth is wetted, lowered into the vat, wrung by two men and hung out until the colour "
     "turns"),
    ("", "pottery", "potter", "potters", "brown glazed jugs", "earthenware", "crates",
     "clay", "kick wheels", "pottery",
     "the clay is trodden, thrown on the wheel, dipped in slip and fired with furze"),
    ("", "candle making", "chandler", "chandlers", "tallow and wax candles", "candles", "boxes",
     "tallow", "dipping frames", "melting house",
     "the wicks are dipped, cooled and dipped again until they have the thickness of a thumb"),
    ("", "lace making", "lace maker", "lace makers", "narrow pillow lace", "lace", "boxes",
     "thread", "bobbins of cherry wood", "lace school",
     "the thread is wound on bobbins, pinned over a pricked parchment and crossed by the light "
     "of a water lamp"),
    ("", "malting", "maltster", "maltsters", "pale malt", "malt", "quarters",
     "barley", "wooden shovels", "malthouse",
     "the barley is steeped, spread on the floor, turned twice a day and dried when it has "
     "sprouted"),
)  # fmt: skip

TRADES = tuple(
    dict(zip(_FIELDS, row[:-1], strict=True))
    | {"how": row[-1], "title": " ".join(word.capitalize() for word in row[1].split())}
    for row in _ROWS
)
