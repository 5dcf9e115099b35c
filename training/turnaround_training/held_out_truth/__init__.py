"""Stage held-out-truth: held-out renders as photos with everything that is true of them, for measuring the product."""
