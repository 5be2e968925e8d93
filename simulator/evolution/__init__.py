"""Evolution of states by circuits: step by step, layer by layer, or fused for small systems."""
