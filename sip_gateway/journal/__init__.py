"""What each leg of a call sounded like, on local disk, encrypted, until the call is dealt with."""
