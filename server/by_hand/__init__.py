"""What a shift lead decides by hand about the opening: one order at a time, with an end of its own."""
