"""Singh et al., Analytic insights into structure and rank of neural network Hessian maps."""
