"""Who is here, unnamed: how a visit starts, resumes and is forgotten."""
