"""Places real calls from audio files: an operator's check that a line is alive, and our test peer.

`place_call` (place.py) is the entry point.
"""
