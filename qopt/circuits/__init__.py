"""QAOA circuits, their mixers, and pools of mixers."""
