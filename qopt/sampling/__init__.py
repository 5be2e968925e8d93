"""Independent runs of heuristics and circuits within a budget."""
