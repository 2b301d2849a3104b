"""The evening and the month in numbers: what is counted, what is hidden, and the only shape in which it leaves the registrar's side."""
