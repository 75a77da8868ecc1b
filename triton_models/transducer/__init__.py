"""Streaming recognition with a cache-aware transducer: what a GPU site serves as `asr`."""
