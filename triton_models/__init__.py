"""Audio frames -> raw transcripts: speech models on Triton and their client."""
