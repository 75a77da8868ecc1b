"""Digits and letters that are read out: where they begin and end, and what they stand for."""
