"""Calls between their SIP dialogs and their media workers: no socket, no clock."""
