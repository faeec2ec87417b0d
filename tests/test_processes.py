"""Processes that join, and the errors of those that wait in vain."""

import os
import socket
import subprocess
import sys

import pytest

CODE = """
import sys
from lstm_jax.devices import join_processes
try:
    join_processes(*eval(sys.argv[1]), seconds=3)
except ValueError as error:
    print(f"ValueError: {error}")
"""


@pytest.fixture
def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def said(arguments):
    """What a process of its own prints that joins with these arguments."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("SLURM", "OMPI"))}
    done = subprocess.run(
        [sys.executable, "-c", CODE, repr(arguments)],
        env=clean | {"JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
def test_a_process_that_waits_in_vain_says_what_to_change(free_port):
    for index in (0, 1):
        status, told = said((f"127.0.0.1:{free_port}", 2, index))
        assert status == 1
        assert f"join_processes: process {index} of 2 waited 3 s at 127.0.0.1:{free_port}" in told
        assert "start all of them with the same address" in told


def test_nobody_knows_the_address():
    _, told = said(())
    assert told.startswith("ValueError: join_processes: ")
    assert 'join_processes("10.0.0.1:1234", 2, 0)' in told
