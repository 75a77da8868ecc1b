"""What the recogniser missed, recognised from the journal behind the live edge."""
