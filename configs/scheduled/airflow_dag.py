"""niah every night, as an Airflow DAG. The key is in the worker's environment.

A task that was killed is tried again and goes on where it stopped. The exit codes 1 (fail) and 2
(wrong configuration) fail the task at once; 3 (undecided) skips what comes after it.
"""

import subprocess
from datetime import datetime, timedelta
from pathlib import Path

from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

HERE = Path(__file__).parent
UNDECIDED = 3


@dag(
    schedule="17 4 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    tags=["niah"],
)
def niah_nightly() -> None:
    """Measure, then judge against the baseline."""

    @task(retries=2, retry_delay=timedelta(minutes=10), execution_timeout=timedelta(hours=3))
    def measure_and_judge() -> None:
        command = ["sh", str(HERE / "nightly.sh"), str(HERE / "nightly.toml")]
        code = subprocess.run(command, check=False).returncode
        if code == UNDECIDED:
            raise AirflowSkipException("undecided: see gate.md")
        if code in (1, 2):
            raise AirflowFailException(f"niah ended with exit code {code}: see gate.md")
        if code:
            raise RuntimeError(f"niah was stopped (exit code {code}) and goes on when tried again")

    measure_and_judge()


niah_nightly()
