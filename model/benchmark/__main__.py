"""`make scores`."""

import sys

from model.benchmark.scores import main

sys.exit(main())
