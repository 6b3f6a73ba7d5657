"""Everything that niah raises on purpose.

::

    NiahError
    |-- ConfigurationError      the user's input is wrong                    exit code 2
    |   |-- ExperimentError     an experiment file: file, key, remedy
    |   |-- TokenizerError      an unknown or unusable vocabulary
    |   |-- HaystackError       an unknown, empty, binary or unfit corpus
    |   |-- TaskError           an unknown task or an unusable needle
    |   |-- ModelError          an unknown provider or model, a missing API key
    |   `-- StoreError          not a niah store, or one of a newer niah
    |-- PromptRefused           one trial cannot be composed exactly
    `-- IncompleteError         work stopped; the same command goes on       exit code 3
        |-- StoreUnavailable    disk full, store locked by another process
        `-- BudgetReached       the next request might exceed the budget

A message names the value, the rule and the remedy in one sentence, and never
contains an API key or a prompt.
"""

from __future__ import annotations

from typing import ClassVar


class NiahError(Exception):
    """The root: catch this to catch whatever niah raises on purpose."""

    exit_code: ClassVar[int] = 2


class ConfigurationError(NiahError):
    """The user's input is wrong; nothing was sent and nothing was changed."""


class ExperimentError(ConfigurationError):
    """An experiment file is wrong: the message names the file, the key and what would be right."""


class TokenizerError(ConfigurationError):
    """A vocabulary is unknown, damaged, or cannot be used for exact prompts."""


class HaystackError(ConfigurationError):
    """A corpus is unknown, empty, not text, too small, or already contains the answer."""


class TaskError(ConfigurationError):
    """A task family is unknown, or a needle cannot be used."""


class ModelError(ConfigurationError):
    """A provider or model is unknown, or its API key is not set."""


class StoreError(ConfigurationError):
    """The file is not a niah store, or was written by a newer niah."""


class PromptRefused(NiahError):
    """One trial cannot be composed to exactly the asked length; the message says why."""


class IncompleteError(NiahError):
    """Work stopped early; what was measured is kept and the same command goes on."""

    exit_code: ClassVar[int] = 3


class StoreUnavailable(IncompleteError):
    """The store cannot be written now: disk full, or locked by another process."""


class BudgetReached(IncompleteError):
    """The next request could cost more than what is left of the budget."""
