"""The registrar: its own process and trust zone. It opens hand-offs, journals them and gives receipts; nobody imports it."""
