"""Karakida et al., Pathological spectra of the Fisher information metric and its variants in deep neural networks."""
