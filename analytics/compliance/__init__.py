"""What redaction did, and samples of it that people review; compliance.md says what it means."""
