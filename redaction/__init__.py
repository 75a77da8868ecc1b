"""Raw transcripts -> redacted transcripts: personal data is taken out here and nowhere later."""
