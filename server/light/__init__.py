"""The light of a shift: green, yellow or red, by rules that are told with it."""
