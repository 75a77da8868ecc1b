"""The appliance: what holds the five packages together, and nothing they know about."""
