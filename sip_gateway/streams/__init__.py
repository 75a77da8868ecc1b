"""Media streams over websockets: each dialect becomes a SIPREC call to our own SIP port."""
