"""Dees et al., Eigenvalues of autoencoders in training and at initialization."""
