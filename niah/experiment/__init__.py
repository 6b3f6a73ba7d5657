"""Experiment files: TOML in, one frozen and validated value out; unknown keys are errors."""

from niah.experiment.dump import experiment_toml
from niah.experiment.files import load_experiment, parse_canonical
from niah.experiment.schema import Experiment, experiment_sha256, json_schema
from niah.experiment.suites import Suite, load_suite

__all__ = [
    "Experiment",
    "Suite",
    "experiment_sha256",
    "experiment_toml",
    "json_schema",
    "load_experiment",
    "load_suite",
    "parse_canonical",
]
