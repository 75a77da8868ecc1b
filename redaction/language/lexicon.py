"""English as it is spoken on the telephone: which words make up numbers, and which interrupt them.

Tables only. They are part of the policy: `policy.policy_version` hashes them.
"""

from redaction.language.tables import phrases_in, words_in

DIGITS = {
    "zero": "0", "oh": "0", "o": "0", "nought": "0", "naught": "0", "nil": "0", "ought": "0",
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "fife": "5", "six": "6",
    "seven": "7", "eight": "8", "nine": "9", "niner": "9",
}  # fmt: skip

SOUND_ALIKES = {
    "to": "2", "too": "2", "for": "4", "fore": "4", "won": "1", "ate": "8", "tree": "3",
    "sex": "6", "free": "3", "ow": "0", "owe": "0", "sick": "6", "sics": "6", "nein": "9",
    "oo": "0",
}  # fmt: skip
"""What a recogniser writes for a digit; a digit only between other digits."""

SURE_ALIKES = frozenset({"won", "ate", "sex", "oo", "ow", "owe", "sics", "nein", "fore"})
"""Of these, the ones that stand beside a digit for hardly any other reason."""

NEVER_BETWEEN = frozenset({"too", "free", "tree", "sick"})
"""Those that stand between two figures for no other reason."""

TEENS = {
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14",
    "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
}  # fmt: skip

TENS = {
    "twenty": "20", "thirty": "30", "forty": "40", "fourty": "40", "fifty": "50", "sixty": "60",
    "seventy": "70", "eighty": "80", "ninety": "90",
}  # fmt: skip

MULTIPLIERS = {"double": "2", "triple": "3", "treble": "3", "quadruple": "4"}

PLURALS = {
    "zeros": "0", "zeroes": "0", "ohs": "0", "ones": "1", "twos": "2", "threes": "3", "fours": "4",
    "fives": "5", "sixes": "6", "sevens": "7", "eights": "8", "nines": "9",
}  # fmt: skip
"""`four nines` is 9999."""

MAGNITUDES = {"hundred": "00", "thousand": "000", "million": "000000", "billion": "000000000"}

ORDINALS = {
    "first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6",
    "seventh": "7", "eighth": "8", "ninth": "9", "tenth": "10", "eleventh": "11", "twelfth": "12",
    "thirteenth": "13", "fourteenth": "14", "fifteenth": "15", "sixteenth": "16",
    "seventeenth": "17", "eighteenth": "18", "nineteenth": "19", "twentieth": "20",
    "thirtieth": "30",
}  # fmt: skip

MONTHS = {
    "january": "01", "jan": "01", "february": "02", "feb": "02", "march": "03", "april": "04",
    "may": "05", "june": "06", "july": "07", "august": "08", "september": "09", "sept": "09",
    "october": "10", "oct": "10", "november": "11", "nov": "11", "december": "12", "dec": "12",
}  # fmt: skip

LETTER_WORDS = {
    "zed": "z", "zee": "z", "aitch": "h", "haitch": "h", "ess": "s", "jay": "j", "kay": "k",
    "ell": "l", "em": "m", "en": "n", "pee": "p", "cue": "q", "tee": "t", "vee": "v", "wye": "y",
    "dee": "d", "gee": "g", "eff": "f", "bee": "b", "ar": "r", "ex": "x", "dubya": "w",
    "el": "l", "haych": "h", "doubleyou": "w", "double-u": "w", "zet": "z",
}  # fmt: skip
"""Letter names written out; letters only beside other letters or digits."""

LETTER_ALIKES = {
    "are": "r", "you": "u", "why": "y", "see": "c", "sea": "c", "be": "b", "tea": "t", "oh": "o",
    "eye": "i", "pea": "p", "queue": "q", "gay": "k", "may": "a", "end": "n", "i'm": "m", "if": "f",
    "in": "n", "an": "n", "am": "m", "as": "s", "us": "s", "or": "r", "our": "r", "ask": "s",
    "acts": "x", "app": "f", "axe": "x",
}  # fmt: skip
"""What a recogniser writes for a letter; a letter only between others, or where it is explained:
`why for yankee`."""

NAMES_OF_LETTERS = {
    **LETTER_WORDS, **{w: v for w, v in LETTER_ALIKES.items() if w.isalpha()},
    "af": "f", "ef": "f", "es": "s", "de": "d", "te": "t", "pe": "p", "ge": "g",
    "ve": "v", "ze": "z", "ka": "k", "cu": "q",
}  # fmt: skip
"""How letters are written where their name runs into what they are like: `enfornancy`."""

SPELLING_ALPHABET = {
    "alpha": "a", "alfa": "a", "bravo": "b", "charlie": "c", "delta": "d", "echo": "e",
    "foxtrot": "f", "golf": "g", "hotel": "h", "india": "i", "juliet": "j", "juliett": "j",
    "kilo": "k", "lima": "l", "mike": "m", "november": "n", "oscar": "o", "papa": "p",
    "quebec": "q", "romeo": "r", "sierra": "s", "tango": "t", "uniform": "u", "victor": "v",
    "whiskey": "w", "whisky": "w", "xray": "x", "x-ray": "x", "yankee": "y", "zulu": "z",
}  # fmt: skip
"""Letters only beside other letters or digits."""

SYMBOLS = {
    "dot": ".", "point": ".", "period": ".", "dash": "-", "hyphen": "-", "slash": "/",
    "underscore": "_", "underline": "_", "plus": "+", "stroke": "/", "minus": "-",
    "hash": "#", "hashtag": "#", "asterisk": "*", "ampersand": "&", "comma": ",", "colon": ":",
    "apostrophe": "'",
}  # fmt: skip

SYMBOL_PAIRS = {
    ("under", "score"): "_", ("low", "dash"): "_", ("lower", "dash"): "_", ("full", "stop"): ".",
    ("at", "sign"): "", ("at", "symbol"): "", ("dash", "sign"): "", ("underscore", "sign"): "",
}  # fmt: skip
"""Joiners of two words; where nothing stands for the second, it only says that the first is one."""

FILLERS = words_in("""
ah eh ehm er erm err hm ooh oof uhmm hmm huh like mm mmm uh uhh uhm um umm well
""")

CORRECTIONS = words_in("""
actually apologies correction excuse no nope oops pardon rather scratch sorry wait whoops
""")

GLUE = words_in("""
 again all alright an and bracket brackets by capital case dear digit digits ext extension
followed god gosh got is it's its
know letter letters lower lowercase mhm mm-hm mm-hmm my next number numbers of ok okay on one's
please right small so space sure that's thats the then uh-huh upper uppercase with yeah yep yes
you
""")
"""Words that may stand inside a number as it is read out."""

GAP_PHRASES = phrases_in("""
let me see, let's see, hang on, hold on, i mean, i meant, make that, one second, one sec, just a
second, just a sec, just a moment, one moment, let me check, let me start again, let me try that
again, scratch that, i'll start again, you know, i think, where was i, give me a second, bear
with me, excuse me, my mistake, my bad, start again, start over, not, i said, what's that, can't
read, i can't read it, it says, it looks like, looks like, after that, at the end, got that, did
you get that, you got that, are you ready, ready, as well, is it, it is, that is, then it's, in
a row, oh sorry, i lost my place, to be exact, let me put my glasses on, let me read it, if i
can read it, then a line, a line, then a slash, then a dash, over, hello, are you there, you
there, got it, have you got that, did you get it, you with me, are you with me, okay so far,
all right so far, it went, then it went, and then it went, and then it says, then it says, it said,
then it said, and then it said, it goes, then it goes, and then it goes, and then there's, then
there's, then something, something, and then a space, then a space, and then a dash
""")
"""What people say in the middle of a number."""

BACKCHANNELS = words_in("""
ahead all alright and brilliant carry cheers cool correct ever excellent fine go good got great
hmm i it lovely mhm mm mm-hm mm-hmm moment no oh ok okay on one perfect please ready right see
so sure thank thanks that uh uh-huh um umhum when whenever wonderful yeah yep yes you you're
""")
"""A turn of nothing else does not count as a turn."""

ACRONYMS = words_in("""
a aba abn ac am an and apr as asap at atm be bic bsb but by cctv cd ceo cvc cvv dc diy dns do dob dr
dvd dvla er eta eu faq fax fbi for gb gdpr go gp gps hdmi he hi hmrc hr html i iban id if in ios ip
irs is isa it it's itin kwh la lte mb me mot mr mrs ms my nhs ni nino nir no not ny of oh ok on or
otp pan pc pdf pin pm psi sim so ssn tb tfn the to tv uh uk um up url us usa usb vat vpn was we wifi
yes you zip
""")
"""Short words in capitals that are no part of a code."""
