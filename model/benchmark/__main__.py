"""The command line of the benchmarks: `python -m model.benchmark`."""

import sys

from model.benchmark.scores import main

sys.exit(main())
