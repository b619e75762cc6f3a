"""The laws of neural-network spectra: derived, evaluated, typeset, and checked."""

__version__ = "0.1.0"
