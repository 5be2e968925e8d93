"""How circuits act on states: step by step, layer by layer, or fused for small systems."""
