"""Properties of states and of circuits: densities, spin, gate counts."""
