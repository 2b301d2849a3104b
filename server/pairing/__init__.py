"""Which counsellor takes which child, exactly once."""
