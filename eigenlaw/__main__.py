"""`python -m eigenlaw` is the command line."""

from eigenlaw.cli import main

if __name__ == "__main__":
    main()
