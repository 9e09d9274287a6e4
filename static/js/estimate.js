// Keeps the estimate beside the form in step with what is in it. Only sizes leave the page.
(() => {
  "use strict";
  const form = document.querySelector("[data-submit-form]");
  const shown = form && form.querySelector("[data-estimate]");
  if (!shown) return;
  const PAUSE_MS = 400;
  const code = form.querySelector("textarea[name=code]");
  const comments = form.querySelector("textarea[name=comments]");
  const file = form.querySelector("input[name=file]");
  const encoder = new TextEncoder();
  const sizeOf = (field) => encoder.encode(field.value).length;
  let waiting = 0;
  let asked = 0;
  let last = "";

  const isOpen = () => Boolean(shown.querySelector("details")?.open);

  const show = (text) => {
    const open = isOpen();
    shown.innerHTML = text;
    const details = shown.querySelector("details");
    if (details) details.open = open;
  };

  const replace = async (query) => {
    const mine = ++asked;
    const answer = await fetch(`${shown.dataset.estimate}?${query}`, { redirect: "manual" });
    const text = answer.ok ? await answer.text() : "";
    // An older answer is overtaken; after a refusal the last estimate stays and the next asks anew.
    if (mine !== asked) return;
    if (text) show(text);
    else last = "";
  };

  const ask = () => {
    const size = file.files[0] ? file.files[0].size : sizeOf(code);
    const query = new URLSearchParams({ comment_bytes: sizeOf(comments) });
    if (size) query.set("code_bytes", size);
    if (String(query) === last) return;
    last = String(query);
    replace(query).catch(() => { last = ""; });
  };

  const askSoon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE_MS);
  };

  form.addEventListener("input", askSoon);
  form.addEventListener("change", askSoon);
  document.addEventListener("drop", askSoon);
})();
