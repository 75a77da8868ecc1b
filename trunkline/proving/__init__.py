"""Hears redacted recordings again, to prove that nothing personal is left in them."""
