"""Hands code in, as one user and without the web."""

from __future__ import annotations

CODE = """\
import hashlib
import subprocess

NUMBER = {number}


def token(text):
    return hashlib.md5(text.encode()).hexdigest()


def listing(folder):
    return subprocess.call("ls -l " + folder, shell=True)
"""


def user_named(name: str) -> int:
    """The id of the user of that name, who is made if there is none."""
    from accounts.models import User

    email = f"{name}@example.com"
    known = User.objects.filter(email=email).first()
    return (known or User.objects.create_user(email, name=name)).pk


def submit(number: int, *, user: str = "drill", counted: bool = False) -> int:
    """Hand in the code of that number; returns the job's id."""
    from accounts.models import User
    from pipeline import services

    submission = services.submit(
        user=User.objects.get(pk=user_named(user)),
        code=CODE.format(number=number),
        language="python",
        filename=f"{number}.py",
        counted=counted,
    )
    if submission.current_job is None:
        raise RuntimeError("A submission without a job was accepted.")
    return submission.current_job.pk


def used_today(user: str) -> int:
    """How much of today's limit that user has used."""
    from accounts.models import User
    from billing.limits import allowance

    return allowance(User.objects.get(pk=user_named(user))).used


def use_up(user: str, count: int) -> None:
    """Let that user have used so much of today's limit, as submissions would."""
    from django.db import transaction

    from accounts.models import User
    from billing import limits

    owner = User.objects.get(pk=user_named(user))
    for _ in range(count):
        limits.open_day(owner)
        with transaction.atomic():
            limits.take(owner)


def stored_for(user: str) -> int:
    """How many submissions of that user are stored."""
    from pipeline.models import Submission

    return Submission.objects.filter(user_id=user_named(user)).count()
