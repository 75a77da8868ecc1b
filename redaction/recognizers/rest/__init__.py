"""The rest of what was found in part: misheard, spelled, said in pieces."""
