"""Trains on our corpus in a process of its own, so that the server goes on answering."""

import logging
import re
import signal
import subprocess
import sys
from pathlib import Path

from data.settings import ROOT
from model.classify import encoder
from model.serving import memory
from model.serving.manifest import ModelUnfit

TRAINING_SECONDS = 1800
"""Training takes a minute of a core; a free host may give a tenth of one."""

KILLED_REASON = "it was killed, most likely for want of memory. It takes some 300 MB: train where there is more."

log = logging.getLogger(__name__)


def train_in_subprocess(folder: Path) -> None:
    """Train a model into a folder. Raises ModelUnfit with the last sentence of a training that failed."""
    command = [sys.executable, "-m", "model.training", "--out", str(folder.resolve()), "--jobs", "1"]
    if encoder.encoder_installed():
        command.append("--second-opinion")
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=memory.training_environment(),
            capture_output=True,
            text=True,
            timeout=TRAINING_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ModelUnfit(f"Training did not come to an end within {TRAINING_SECONDS} seconds.") from error
    if done.returncode:
        log.warning("Training ended with status %d: %s", done.returncode, done.stderr.strip())
        reasons = re.findall(r"^Not trained: (.+)", done.stderr, re.MULTILINE)
        otherwise = KILLED_REASON if done.returncode == -signal.SIGKILL else "the log has more."
        raise ModelUnfit(f"Training failed: {reasons[-1] if reasons else otherwise}")
