"""Staff: who may sign in, and for how long a session stands."""
