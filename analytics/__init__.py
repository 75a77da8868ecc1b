"""Redacted transcripts -> captions, rows and summaries."""
