// Comforts of the result page: a running clock, word of a lost connection, tabs that show at once
// what they hold, and a button that copies the rebuilt code.
(() => {
  "use strict";
  const firstSeen = new WeakMap();

  const showElapsed = (element) => {
    if (!firstSeen.has(element)) firstSeen.set(element, performance.now());
    const passed = (performance.now() - firstSeen.get(element)) / 1000;
    element.textContent = `${Math.floor(Number(element.dataset.elapsed) + passed)} s`;
  };
  const showAll = () => document.querySelectorAll("[data-elapsed]").forEach(showElapsed);
  setInterval(showAll, 250);
  showAll();

  // The page goes on asking by itself; this only says why nothing moves, until an answer comes.
  const connection = document.querySelector("[data-connection]");
  const say = (text) => {
    if (!connection || connection.textContent === text) return;
    connection.textContent = text;
    connection.hidden = !text;
  };
  const GONE = [401, 403, 404];
  document.addEventListener("htmx:sendError", () => say("Connection lost, trying again."));
  document.addEventListener("htmx:timeout", () => say("Connection lost, trying again."));
  document.addEventListener("htmx:responseError", (event) => {
    // The page itself says best what became of it: signed out elsewhere, or deleted.
    if (GONE.includes(event.detail.xhr.status)) globalThis.location.reload();
    else say("The server does not answer right now, trying again.");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) say("");
  });
  globalThis.addEventListener("offline", () => say("Connection lost, trying again."));

  // Where the head of the page fills most of the screen, a tab leads past it: its content would
  // begin below the screen, as if nothing had happened.
  document.addEventListener("click", (event) => {
    const tab = event.target.closest(".tabs a");
    const panel = document.getElementById("panel");
    if (tab && panel && panel.offsetTop > innerHeight / 2) tab.hash = tab.parentElement.id;
  });

  const copyFrom = async (button) => {
    const answer = await fetch(button.dataset.copy, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    await navigator.clipboard.writeText(await answer.text());
  };

  document.querySelectorAll("[data-copy]").forEach((button) => {
    const said = document.querySelector("[data-copy-status]");
    button.hidden = !(navigator.clipboard && window.isSecureContext);
    button.addEventListener("click", () => {
      copyFrom(button).then(
        () => { said.textContent = "Copied."; },
        () => { said.textContent = "Not copied. Use the download."; },
      );
    });
  });
})();
