"""Places calls whose transcript and personal data are known, and scores what came out."""
