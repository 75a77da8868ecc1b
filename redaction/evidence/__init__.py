"""Positive evidence that a number is none of ours."""
