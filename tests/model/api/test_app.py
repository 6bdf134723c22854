"""The API as an application."""

import os
import subprocess
import sys

from data.settings import ROOT

CALL_OLD_NAME = """
import sys, model.api
assert "fastapi" not in sys.modules
from model.serving.fallback import FallbackClassifier
FallbackClassifier.prepare_in_background = lambda self: None
print([route.path for route in model.api.standalone().routes])
"""


def test_the_old_name_of_the_api_alone_still_works_and_imports_nothing_before_it_is_called(tmp_path):
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/a.db"}
    command = [sys.executable, "-c", CALL_OLD_NAME]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == "['/api']", done.stderr
