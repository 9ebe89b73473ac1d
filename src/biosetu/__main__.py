"""`python -m biosetu` is `biosetu`."""

from biosetu.cli.main import main

if __name__ == "__main__":
    main()
