"""One module per role: what `trunkline run ROLE` starts."""
