"""What can be asked to be recorded: one mutation for each use case and kind of entry.

Read in order: `errors` (the named noes), `payloads` (what every mutation answers), `inputs` and `codes`
(what inputs are made of), then a module for each noun; `entries` records many at once.
"""
