"""Stage ``inverse``: the inverse-graphics network f, taught through the differentiable renderer."""
