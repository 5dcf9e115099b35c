"""The StyleGAN2 of cars: trained on single pictures, without labels, masks or viewpoints."""
