"""Words of streets and dwellings: tables."""

from redaction.language.tables import words_in

STREET = words_in("""
alley av ave avenue bend blvd boulevard circle close court cove crescent croft crossing ct dr
drive gardens gate glen green grove heights highway hill hollow lane ln loop meadow meadows mews
mount parade park parkway path pike pkwy pl place plaza quay rd ridge rise road row run sq
brae esplanade paddocks trace wynd
marg nagar chowk colony square st street terrace trail turnpike vale view walk way wharf yard
""")
SURE_STREET = words_in("""
ave avenue blvd boulevard circle close court crescent ct drive gardens grove lane ln mews
parkway pkwy place rd road row st street terrace
""")
ALWAYS_STREET = words_in("ave avenue blvd boulevard crescent lane mews parkway rd road street")
"""Behind a number and some other word, these make an address whatever was asked."""

RARE_STREET = words_in("""
annex arcade bayou beach bluff bluffs bottom branch bridge brook brooks bypass camp canyon cape
causeway center circles cliff cliffs common commons corner corners courts coves creek crest
crossroad crossroads curve dale divide drives estate estates expressway falls ferry field fields
flats ford forest forges fork forks fort freeway garden gateway glens greens groves harbor harbors
haven hills inlet island islands isle junction junctions knoll knolls lake lakes landing locks mall
manors mills motorway mountain neck orchard oval overpass parks pass passage pines plains points
port prairie ranch rapids reserve ridges river roads rue shoal shoals shore shores skyway springs
spur spurs squares station stream streets summit throughway trace track trafficway tunnel underpass
union valley valleys viaduct views vista walks ways well wells
""")
"""The other suffixes of the postal service's list (USPS Publication 28): of a street only between a
number and what follows, behind a strange word."""

HOUSE_NAMES = words_in("""
bakery barn boathouse bungalow byre chapel cottage cottages dairy deanery farm farmhouse farmstead
forge gatehouse granary grange hall homestead house lodge manor mill oast parsonage priory rectory
residency retreat schoolhouse smithy stables tannery towers vicarage villa villas heights
""")
"""Last words of what houses are called."""

DWELLING = words_in("""
apartment apt block cottage door penthouse plot route rural sector shop tower villa ward wing
box building flat floor house lot number p po room ste suite unit
""")
REGIONS = words_in("county borough township parish heights estate village")
