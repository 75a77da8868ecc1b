"""Recordings with everything personal taken out of the sound itself."""
