"""One problem by several methods: options, the runs, the best value known, and the verdict."""
