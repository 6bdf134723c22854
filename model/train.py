"""The old name of `python -m model.training`, for one release."""

import sys

from model.training.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
