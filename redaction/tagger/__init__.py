"""The small model that says which words may be names and places."""
