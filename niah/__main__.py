"""``python -m niah``: the command line."""

from niah.cli import main

if __name__ == "__main__":
    main()
