"""One turn of the cycle: StyleGAN-R draws views, f is trained again on them."""
