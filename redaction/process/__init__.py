"""The redaction stage as a process on the bus."""
