"""Classical methods: perturbation theory, coupled cluster, configuration interaction."""
