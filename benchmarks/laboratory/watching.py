"""Chromium, watched: what runs, asks elsewhere, breaks a policy or stands alive in a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from config.workshop.needs import CHROMIUM_FLAGS

# What no page of ours has, so that it came from a text: elements, handlers, schemes, addresses.
ALIVE = r"""() => {
  const found = [];
  const say = (element, why) => found.push(why + ": " + element.outerHTML.slice(0, 160));
  const foreign = new RegExp("^(iframe|object|embed|applet|base|frame|frameset|marquee|portal" +
    "|math|audio|video|isindex|xss|x|image|foreignobject|animate|set|dialog)$", "i");
  const loading = /^(src|action|formaction|data|poster|srcset|ping|background|xlink:href)$/;
  for (const element of document.querySelectorAll("*")) {
    if (foreign.test(element.localName)) say(element, "element");
    const is = element.localName;
    if (is === "script" && !element.src && !/json/.test(element.type)) say(element, "script");
    if (is === "meta" && /refresh/i.test(element.httpEquiv)) say(element, "refresh");
    if (is === "style" && !element.nonce) say(element, "style");
    for (const {name, value} of element.attributes) {
      if (/^(on|hx-on|data-hx-)/.test(name)) say(element, "handler");
      if (!loading.test(name) && name !== "href") continue;
      let to;
      try { to = new URL(value, location.href); } catch { continue; }
      if (/^(javascript|vbscript|file|blob|data):$/.test(to.protocol)) say(element, "scheme");
      const leads = name === "href" && is === "a";
      if (!leads && to.origin !== location.origin) say(element, "address");
    }
  }
  for (const id of ["content", "panel"])
    if (document.querySelectorAll("#" + id).length > 1) found.push("clobbered: " + id);
  return found;
}"""


@dataclass
class Noticed:
    """Everything that must not happen, with the page on which it did."""

    dialogs: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    alive: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def all(self) -> list[str]:
        return [
            *self.dialogs, *self.outside, *self.complaints, *self.alive, *self.refused,
        ]  # fmt: skip


class Watched:
    """A browser page of somebody who is signed in, on the server at ``url``."""

    def __init__(self, context: Any, url: str) -> None:
        self.url, self.noticed, self.visits = url, Noticed(), 0
        self.context, self.page = context, context.new_page()
        context.route("**/*", self._route)
        self.page.on("dialog", self._dialog)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self._complain(str(error)))
        self.page.on("popup", lambda popup: self._complain(f"popup {popup.url}"))

    def visit(self, address: str) -> None:
        """Open it, and look for what is alive in it."""
        answer = self.page.goto(self.url + address)
        self.visits += 1
        if answer is None or answer.status >= 500:
            self.noticed.refused.append(f"{address}: {answer and answer.status}")
        for found in self.page.evaluate(ALIVE):
            self.noticed.alive.append(f"{address}: {found}")

    def download(self, address: str) -> None:
        """Ask for a file as a link does; whatever would be shown instead of saved is noticed."""
        from playwright.sync_api import Error

        try:
            with self.page.expect_download(timeout=10_000) as saved:
                self.page.evaluate("address => { location.href = address }", self.url + address)
            saved.value.cancel()
        except Error as error:
            self.noticed.refused.append(f"{address}: no download, {error}")

    def fetch(self, address: str) -> None:
        """Ask for a file without opening it: its headers are ours and say that it is one."""
        answer = self.context.request.get(self.url + address)
        headers = {name.lower(): value for name, value in answer.headers.items()}
        kind, saved = headers.get("content-type", ""), headers.get("content-disposition", "")
        is_file = saved.startswith("attachment;") and kind.startswith(
            ("text/plain", "application/zip")
        )
        if not answer.ok or not is_file or "x-injected" in headers:
            self.noticed.refused.append(f"{address}: {answer.status} {kind} {saved}")

    def _route(self, route: Any) -> None:
        address = route.request.url
        if address.startswith((self.url, "data:", "blob:")):
            route.continue_()
            return
        self.noticed.outside.append(f"{self.page.url}: {address}")
        route.abort()

    def _dialog(self, dialog: Any) -> None:
        self.noticed.dialogs.append(f"{self.page.url}: {dialog.message}")
        dialog.dismiss()

    def _console(self, said: Any) -> None:
        """A page that says that there is nothing may be a 404: ``visit`` judges its status."""
        is_page_itself = said.location.get("url") == self.page.url
        missing = said.text.startswith("Failed to load resource") and is_page_itself
        if said.type in ("error", "warning") and not missing:
            self._complain(said.text)

    def _complain(self, text: str) -> None:
        self.noticed.complaints.append(f"{self.page.url}: {text}")


@contextmanager
def browser(executable: str | None) -> Iterator[Any]:
    """A Chromium of our own. The database is out of reach for this thread while it is open."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield opened
        opened.close()


def signed_in(opened: Any, url: str, session: str) -> Watched:
    """A page of its own context, with the session of that key."""
    context = opened.new_context()
    context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
    return Watched(context, url)


CONTROL = """<!DOCTYPE html><title>control</title><iframe onload="alert(2)"></iframe>
<script>alert(1)</script><img src="https://evil.example/control.png">"""


def control(opened: Any, url: str) -> dict[str, bool]:
    """Pages that do take texts for markup, without a policy and with ours; what is noticed."""
    free = _control(opened, url, {})
    held = _control(opened, url, {"Content-Security-Policy": _policy()})
    return {
        "a dialog": bool(free.dialogs),
        "a request to elsewhere": bool(free.outside),
        "markup that is alive": bool(free.alive),
        "a violation of the policy": bool(held.complaints) and not held.dialogs,
    }


def _control(opened: Any, url: str, headers: dict[str, str]) -> Noticed:
    def answer(route: Any) -> None:
        route.fulfill(body=CONTROL, content_type="text/html", headers=headers)

    watched = Watched(opened.new_context(), url)
    watched.page.route(f"{url}/control", answer)
    watched.visit("/control")
    return watched.noticed


def _policy() -> str:
    """The settings' policy, for the kinds of things that the control has."""
    from django.conf import settings

    directives = cast(dict[str, list[str]], settings.CONTENT_SECURITY_POLICY["DIRECTIVES"])
    kinds = ("default-src", "script-src", "img-src")
    return "; ".join(f"{kind} {' '.join(map(str, directives[kind]))}" for kind in kinds)
