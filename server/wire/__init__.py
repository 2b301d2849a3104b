"""The wire: what travels between a browser and a worker."""
