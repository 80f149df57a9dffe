"""The error tree. Each message says what happened, with which value, what was expected, and what to do next.

AssistantError
├── SettingsError      a setting is unknown or has a bad value
├── CorpusError        the corpus folder, or a file given to `ingest`, cannot be read
├── QuestionError      the question cannot be asked (empty, too long, not text)
├── PromptError        a prompt file lacks a variable or has an unknown one
├── StoreError         the store cannot be opened, read or written
│   ├── StoreBusy      another process is writing
│   └── StoreMismatch  the store was made with another embedding or format
└── ModelError         the configured model service did not do what was asked
    ├── ModelUnavailable   time-out, rate limit, network, 5xx (after retries)
    └── ModelRejected      key refused, model unknown, request invalid
"""


class AssistantError(Exception):
    """The root: everything that this package raises on purpose."""


class SettingsError(AssistantError):
    pass


class CorpusError(AssistantError):
    pass


class QuestionError(AssistantError):
    pass


class PromptError(AssistantError):
    pass


class StoreError(AssistantError):
    pass


class StoreBusy(StoreError):
    pass


class StoreMismatch(StoreError):
    pass


class ModelError(AssistantError):
    pass


class ModelUnavailable(ModelError):
    pass


class ModelRejected(ModelError):
    pass
