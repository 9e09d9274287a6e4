"""What administrators may change of the pipeline while it runs; see operations.runtime_config."""

from __future__ import annotations

from operations.runtime_config import Parameter

QUEUE_LIMIT = Parameter(
    "queue_limit",
    default=10_000,
    minimum=1,
    maximum=10_000_000,
    help="Jobs that may wait. While more do, submissions are answered 503 with the time to come "
    "back, and cost nothing.",
)
IDEMPOTENCY_HOURS = Parameter(
    "idempotency_hours",
    default=24,
    minimum=1,
    maximum=720,
    help="Hours for which a request that is sent again with the same Idempotency-Key gets the "
    "answer of the first one.",
)
DEAD_LETTER_DAYS = Parameter(
    "dead_letter_days",
    default=90,
    minimum=1,
    maximum=3650,
    help="Days after which the nightly purge deletes dead letters. Jobs and results stay.",
)
SUBMISSIONS_PER_MINUTE = Parameter(
    "submissions_per_minute",
    default=60,
    minimum=1,
    maximum=100_000,
    help="Submissions that one user may send within a minute, whether they are accepted or not.",
)
MASK_SECRETS = Parameter(
    "mask_secrets",
    default=True,
    help="Send stand-ins instead of the secrets that are found in submitted code and comments, and "
    "put the secrets back into the rebuilt code. Off: providers get the code as it was submitted.",
)
REPAIR_MAX_ROUNDS = Parameter(
    "repair_max_rounds",
    default=2,
    minimum=0,
    maximum=10,
    help="How often a model's rebuilt code goes back to it with the checks that failed. Each time "
    "is one more call; none is made when the code passes, or the last one made nothing better.",
)
REPAIR_CANDIDATES = Parameter(
    "repair_candidates",
    default=1,
    minimum=1,
    maximum=5,
    help="Rebuilt versions to ask a model for before checks that failed go back to it. The best by "
    "the checks wins; the first that passes all of them ends the asking.",
)
SECOND_LOOK = Parameter(
    "second_look",
    default=True,
    help="Ask the model of the forensic step a second time, without comments and strings, when "
    "these speak to it. What differs is told in the dossier.",
)
CHOOSE_MODELS = Parameter(
    "choose_models",
    default=True,
    help="Let users run their submissions again with any model that is switched on and may get "
    "their code. Off: they choose between what is set for each step and the built-in engine.",
)
WEBHOOK_DAYS = Parameter(
    "webhook_days",
    default=30,
    minimum=1,
    maximum=3650,
    help="Days after which the nightly purge deletes what is kept of messages to users' webhooks.",
)
ALL = (
    QUEUE_LIMIT,
    IDEMPOTENCY_HOURS,
    DEAD_LETTER_DAYS,
    SUBMISSIONS_PER_MINUTE,
    MASK_SECRETS,
    REPAIR_MAX_ROUNDS,
    REPAIR_CANDIDATES,
    SECOND_LOOK,
    CHOOSE_MODELS,
    WEBHOOK_DAYS,
)
