"""The people of the plays: what a person does, by the names that a person sees."""
