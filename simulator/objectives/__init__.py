"""Functions of the final state: expectation values, variances, CVaR, distributions, samples."""
