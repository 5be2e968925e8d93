"""Files of problems: one module for each format, `registry` for all."""
