"""RTP without sockets or clocks: datagrams in, audio on the leg's clock and events out."""
