"""Words of names and around them: tables."""

from redaction.language.common_words import FUNCTION_WORDS
from redaction.language.tables import words_in

TITLES = words_in("""
doctor dr miss missus mister mr mrs ms mx nurse professor
""")
PARTICLES = words_in("""
abu al bin bint binti da das de del della den der di dos du e el ibn la las le los mac mc o san
santa st ten ter ul van vom von y zu zum zur
""")
AFTER_NAME = words_in("""
again and at calling can for from here how i i'd i'm i've in is my on so speaking thank thanks
the to uh um we what who with yes you
""")
SKIPPED = words_in("""
ah also am be both certainly course er erm first full hello here hi hmm i i'm is it it's its
last like ll ma'am my name name's of oh ok okay please right sir so spelled sure surname that's
the this uh um under well will would yeah yep yes
""")
NOT_NAMED = words_in("""
also and correct different first listed missing misspelled please right spelled spelt still
there under wrong
""")
ALSO_NAMES = words_in("""
amber april art ash basil bill bishop carol chase christian chuck crystal daisy dawn dean drew earl
faith fern frank gene ginger grace grant guy hazel heather holly hope iris ivy jack jade jasmine jay
joy june lance lily mark max may melody miles nick olive opal pat pearl poppy porter ray rich rob
robin rose rosemary rowan ruby rusty sage sandy sky stone sue summer terry tony victor violet wade
ward will
""")
OF_SENTENCES = words_in("""
am are be been can can't could did didn't do does don't get go got had has have he he's how i i'd
i'll i'm i've if it it's know me need not please she she's should that that's there they this want
was we we're were what when where which who why will would you you're your
""")
"""An answer with one of these says something else than just a name."""

SPELLS = words_in("""
and it's its it is so spelled spell spelt that that's um uh
""")
"""What people say between a name and its letters."""

KIN = words_in("""
aunt auntie aunty babysitter beneficiary boss boy boyfriend boys bride brother brothers builder
buddy carer caretaker child children coach colleague cousin coworker dad daughter daughters driver
ex executor father fiance fiancee flatmate friend friends gardener girl girlfriend girls gran
grandad granddad granddaughter grandfather grandma grandmother grandpa grandson groom guardian
housemate husband kid kids lad landlady landlord lawyer lodger lodgers mam manager mate mom mother
mum nan nana nanny neighbor neighbour nephew niece nurse pa partner plumber roommate secretary
sister sisters solicitor son sons spouse stepdad stepdaughter stepfather stepmother stepmum stepson
supervisor teacher tenant tenants trustee tutor twins uncle widow widower wife witness
""")
"""Whom one speaks of, and names next."""
KIN_SAID = KIN | {f"{kin}'s" for kin in KIN}

SUFFIXES = words_in("junior senior jr sr")
PLACES_IN_LINE = words_in("second third fourth")
DAYS = words_in("""
monday tuesday wednesday thursday friday saturday sunday english american british christmas easter
""")
"""Written with capitals, and no names."""
NO_NAMES = FUNCTION_WORDS | DAYS
"""No names of anybody or anything, however they are written."""
