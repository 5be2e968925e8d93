"""One molecule by several methods: options, the runs, references, checks, and the verdict."""
