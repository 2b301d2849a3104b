"""House rules: hours, exceptions, quick replies and other help, as the shift lead has changed them."""
