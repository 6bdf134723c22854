"""The old name of `python -m model.inbox.watch`, for one release."""

import sys

from model.inbox.watch import main

if __name__ == "__main__":
    sys.exit(main())
