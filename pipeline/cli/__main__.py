"""`python -m pipeline.cli` is `sharelight`."""

from . import main

if __name__ == "__main__":
    main()
