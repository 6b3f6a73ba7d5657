"""Reference readers: simulated models of known recall, and the endpoint that serves them.

They know nothing of what was planted: each reads the prompt that it is sent.
"""
