"""The registry of methods, and what memory each of them needs."""
