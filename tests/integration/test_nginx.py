"""A rate limit that nobody here wrote: nginx with limit_req before the reference endpoint."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from niah.reference.behaviour import Behaviour
from tests.command import Niah
from tests.integration.needs import free_port, program, serving
from tests.servers import listening

CONFIGURATION = """
daemon off;
master_process off;
pid {directory}/nginx.pid;
error_log {directory}/error.log;
events {{}}
http {{
  log_format statuses '$status';
  access_log {directory}/access.log statuses;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  client_body_buffer_size 1m;
  limit_req_zone $binary_remote_addr zone=all:1m rate={rate}r/s;
  server {{
    listen 127.0.0.1:{port};
    location = /ready {{ access_log off; return 204; }}
    location /v1/ {{
      limit_req zone=all burst={burst} nodelay;
      limit_req_status {status};
      proxy_pass {upstream};
      proxy_next_upstream off;
    }}
  }}
}}
"""

SWEEP = """
name = "behind-nginx"
models = ["gateway/exact"]

[grid]
context_lengths = ["500", "1K"]
depth_percents = [0, 50, 100]
trials = 2

[limits]
concurrency = 8
timeout_s = 20
max_attempts = 30

[providers.gateway]
base_url = "http://127.0.0.1:{port}/v1"
tokenizer = "o200k_base"
"""
TRIALS = 12


@contextmanager
def nginx(directory: Path, upstream: str, *, status: int, rate: int, burst: int) -> Iterator[int]:
    """nginx on a free port, which it yields; turns away with the status what is too much."""
    command = program("nginx", install="apt-get install -y nginx-light")
    directory.mkdir()
    port = free_port()
    configuration = directory / "nginx.conf"
    configuration.write_text(
        CONFIGURATION.format(
            directory=directory, port=port, upstream=upstream, status=status, rate=rate, burst=burst
        ),
        encoding="utf-8",
    )
    with serving(
        [
            command,
            "-p",
            str(directory),
            "-e",
            str(directory / "error.log"),
            "-c",
            str(configuration),
        ],
        f"http://127.0.0.1:{port}/ready",
        log=directory / "output.log",
        deadline_s=10,
    ):
        yield port


@pytest.mark.slow
@pytest.mark.parametrize("status", [429, 503])
def test_a_sweep_behind_a_rate_limit_loses_and_repeats_nothing(
    niah: Niah, tmp_path: Path, status: int
) -> None:
    """What nginx turns away comes again, and every prompt reaches the endpoint exactly once."""
    with (
        listening(Behaviour()) as endpoint,
        nginx(tmp_path / "nginx", endpoint.url, status=status, rate=15, burst=4) as port,
    ):
        config = tmp_path / "sweep.toml"
        config.write_text(SWEEP.format(port=port), encoding="utf-8")
        done = niah("run", config, "--json")
        reached = endpoint.app.state.seen.requests
    assert done.code == 0, done.err
    assert done.json["outcomes"] == {"answered": TRIALS}
    assert done.json["accuracy"] == 1.0
    assert reached == TRIALS
    statuses = Counter((tmp_path / "nginx" / "access.log").read_text("utf-8").split())
    assert statuses["200"] == TRIALS
    assert set(statuses) == {"200", str(status)}, "the limit was never met"
    trials = [json.loads(line) for line in niah("export", "latest").out.splitlines()]
    assert len({trial["prompt_sha256"] for trial in trials}) == len(trials) == TRIALS
    assert sum(trial["attempts"] for trial in trials) == statuses.total()
