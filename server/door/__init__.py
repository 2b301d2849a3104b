"""Where people come in: the sockets, the pages and their guard."""
