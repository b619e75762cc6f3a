"""How to get digits: balls, series, quadrature; knows no network, no paper and no SymPy."""
