"""Faults: real processes killed, stopped and cut off while people talk; a checker decides whether anything was lost."""
