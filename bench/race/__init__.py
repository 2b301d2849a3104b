"""The benchmark: this chat beside others that do the same work, on the same two cores. `make bench`."""
