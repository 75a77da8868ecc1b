"""SIP without sockets or clocks: messages, SDP, transactions, dialogs, the user agent."""
