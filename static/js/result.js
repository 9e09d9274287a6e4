// Comforts of the result page: a running clock, and a button that copies the rebuilt code.
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
