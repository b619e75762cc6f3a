"""Murray et al., Characterizing the spectrum of the NTK via a power series expansion."""
