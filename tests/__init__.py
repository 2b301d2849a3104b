"""The tests: they mirror `server/`, and `promises/` holds what was promised to children."""
