"""The registry of methods, and which problems each of them takes."""
