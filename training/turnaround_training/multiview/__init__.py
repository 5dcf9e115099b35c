"""Cars of the GAN's imagination from all viewpoint codes, as a data set."""
