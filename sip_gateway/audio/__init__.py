"""Samples: G.711, changes of rate. No sockets, no clocks."""
