"""The only orchestration: concurrency, rate limits, retries, budget, resume."""
