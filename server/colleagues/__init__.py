"""Who is at work beside her: who can be asked for help, who reads along, what they say to each other."""
