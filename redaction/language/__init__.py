"""Words as they are heard: what each can be, and the tables of English."""
