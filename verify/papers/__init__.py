"""The printed claims: a folder a paper, a file a theme."""
