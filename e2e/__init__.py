"""End to end: people at real browsers, in front of the whole product."""
