"""The talk: its states, its sealed messages, its end."""
