"""A linear model of what the rules found: what is hardly personal is let go, listed names join."""
