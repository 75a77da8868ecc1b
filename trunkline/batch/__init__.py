"""Recorded calls in files -> redacted transcripts in files, resumable, behind live calls."""
