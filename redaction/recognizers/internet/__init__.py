"""E-mail addresses, user names, addresses of machines."""
