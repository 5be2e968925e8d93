"""FCIDUMP and molden files."""
