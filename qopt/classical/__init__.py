"""Classical methods: exact, heuristic, and bounds."""
