"""Reports of stored runs: one HTML page, Markdown or LaTeX, for people who were not there."""
