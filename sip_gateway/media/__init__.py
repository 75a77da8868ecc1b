"""The media worker: UDP ports in, audio frames and call events out."""
