"""Who may talk SIP to us, and over what."""
