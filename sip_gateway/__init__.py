"""Call leg -> audio frames: SIP, SIPREC and RTP, up to decoded speech on the call clock."""
