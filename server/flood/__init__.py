"""Flood: who lets many in at once without knowing any of them."""
