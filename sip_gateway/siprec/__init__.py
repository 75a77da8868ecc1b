"""SIPREC without sockets: recording metadata, its parts of a body, and who is who."""
