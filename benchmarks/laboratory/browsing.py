"""An administrator at the console, over HTTP: keeps every answer, and follows every link."""

from __future__ import annotations

import re
from collections import deque
from typing import Any

from benchmarks.laboratory.submitting import user_named
from benchmarks.laboratory.visiting import Visitor

LINK = re.compile(r"""(?:href|hx-get|action)="(/[^"?#]*)""")
NOT_FOLLOWED = ("/static/", "/sign-out", "/sign-in")
MOST_PAGES = 3000


class Administrator(Visitor):
    """``answers`` are the bytes of every answer with its headers, in their order."""

    def __init__(self, url: str) -> None:
        from accounts.models import User

        User.objects.filter(pk=user_named("admin")).update(role="admin")
        super().__init__(url, "admin")
        self.answers: list[bytes] = []

    def get(self, path: str) -> Any:
        return self._keep(self.client.get(path))

    def post(self, path: str, **form: str) -> Any:
        return self._keep(self.client.post(path, data={**form, "csrfmiddlewaretoken": self.csrf}))

    def post_without_token(self, path: str, **form: str) -> Any:
        """What another site's page would send."""
        return self._keep(self.client.post(path, data=form))

    def act(self, model: str, action: str, row: int) -> Any:
        """Choose an action for one row of the console's list, and look at what it says."""
        path = f"/admin/{model}/"
        self.post(path, action=action, _selected_action=str(row))
        return self.get(path)

    def walk(self) -> list[str]:
        """Every page that links lead to from the console and the product; their paths."""
        seen: dict[str, None] = dict.fromkeys(("/admin/", "/", "/health", "/metrics"))
        waiting = deque(seen)
        while waiting and len(seen) < MOST_PAGES:
            page = self.get(waiting.popleft())
            for path in LINK.findall(page.text if _is_text(page) else ""):
                if path not in seen and not path.startswith(NOT_FOLLOWED):
                    seen[path] = None
                    waiting.append(path)
        return list(seen)

    def _keep(self, answer: Any) -> Any:
        headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
        self.answers.append(headers.encode() + b"\n" + answer.content)
        return answer


def _is_text(page: Any) -> bool:
    return str(page.headers.get("Content-Type", "")).startswith("text/html")
