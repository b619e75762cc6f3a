"""Thamm et al., Random matrix theory analysis of neural network weight matrices."""
