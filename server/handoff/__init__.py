"""Hand-off: what of a finished talk goes to the registrar, and when the chat's own copy is erased."""
