"""What is true, in SymPy: no floats, no sampling, no input or output."""
