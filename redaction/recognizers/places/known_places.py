"""Places that need no sign of an address around them: a table."""

from redaction.language.tables import words_in

STATES = words_in("""
alabama alaska arizona arkansas california carolina colorado connecticut dakota delaware england
florida georgia hampshire hawaii idaho illinois indiana iowa jersey kansas kentucky louisiana
maine maryland massachusetts mexico michigan minnesota mississippi missouri montana nebraska
nevada ohio oklahoma oregon pennsylvania scotland tennessee texas utah vermont virginia wales
washington wisconsin wyoming york
""")
