"""Calls that pass through us on their way from a trunk to a PBX, heard as they pass."""
