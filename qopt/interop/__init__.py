"""Other libraries' models: dimod's, and its Sampler protocol."""
