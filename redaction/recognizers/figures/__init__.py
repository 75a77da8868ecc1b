"""Numbers and dates: cards, codes, accounts, what has no name but is long, birth dates."""
