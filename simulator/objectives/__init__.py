"""Numbers that are read off a final state: means, variances, CVaR, distributions, samples."""
