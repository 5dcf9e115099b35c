"""Differentiable renderer: a C++/OpenMP operator with its own backward pass, compiled on first use (CPU)."""
