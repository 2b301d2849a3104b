"""The edge: the one process that sees addresses, and keeps none of them."""
