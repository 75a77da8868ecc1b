"""One call: its events in order, what is decided about each segment, and what is shown of it."""
