"""Words that questions of every kind are made with: tables."""

from redaction.language.tables import words_in

REQUESTS = words_in("""
can could may tell give confirm provide verify spell repeat say need take grab have read
""")
YOU = words_in("you your you're you've you'd yours")
FIRST_PERSON = words_in("i i'm i'll i'd we we're my me our us")
BEFORE_WHO = words_in("""
and so but okay ok then now well know me ask about guess also sorry i exactly of right alright or
just see um uh for to from
""")
