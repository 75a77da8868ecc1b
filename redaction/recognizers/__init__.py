"""One module per kind of personal data; each finds spans in one speaker's atoms."""
