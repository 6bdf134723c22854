"""The old name of `python -m model.inbox.predict`, for one release."""

import sys

from model.inbox.predict import main

if __name__ == "__main__":
    sys.exit(main())
