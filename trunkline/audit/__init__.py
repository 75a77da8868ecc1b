"""Plants known personal data in a test call and searches everything the appliance keeps for it."""
