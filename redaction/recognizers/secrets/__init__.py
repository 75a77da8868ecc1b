"""Passwords and security answers: secrets that are words."""
