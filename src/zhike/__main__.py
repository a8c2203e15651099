"""`python -m zhike` is the command `zhike`."""

from zhike.cli.main import main

if __name__ == "__main__":
    main()
