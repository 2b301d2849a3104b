"""The line: the opening window, capacity, place, leaving."""
