"""Sockets: the only place of the gateway's signalling that opens them."""
