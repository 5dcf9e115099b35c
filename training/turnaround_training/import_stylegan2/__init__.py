"""Takes over StyleGAN2 generators in the layout of NVIDIA's stylegan2-ada-pytorch."""
