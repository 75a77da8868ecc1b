"""A linear model: what the rules found and is hardly personal is let go, what they missed joins."""
