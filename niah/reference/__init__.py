"""Reference readers: simulated models of known recall, and the endpoint that serves them.

They know nothing of what was planted: each reads the prompt that it is sent. Where they come to
answer otherwise than before, ``niah.models.READERS_VERSION`` is raised.
"""
