"""StyleGAN-R: a mapper from viewpoint, shape, texture and background to the GAN's style codes."""
