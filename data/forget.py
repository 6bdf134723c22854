"""Deprecated command: `python -m data.forget` runs `python -m data.erase`, for one release."""

import sys

from data.erase import main

if __name__ == "__main__":
    sys.exit(main())
