"""`python -m eigenlaw` is the command line."""

from eigenlaw.cli import main

main()
