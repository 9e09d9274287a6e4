// The submit form's comforts; without this file the form works the same.
(() => {
  "use strict";
  const form = document.querySelector("[data-submit-form]");
  if (!form) return;
  const code = form.querySelector("textarea[name=code]");
  const file = form.querySelector("input[name=file]");
  const language = form.querySelector("select[name=language]");
  const help = form.querySelector("[data-file-help]");
  const problem = form.querySelector("[data-file-problem]");
  const clear = form.querySelector("[data-file-clear]");
  const size = form.querySelector("[data-code-size]");
  const limit = Number(help.dataset.fileHelp);
  const extensions = JSON.parse(language.dataset.extensions || "{}");
  const emptyHelp = help.textContent;
  const encoder = new TextEncoder();
  let chosenHere = false;

  const count = (number, word) => `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;

  const showCodeSize = () => {
    const lines = code.value ? code.value.split("\n").length : 0;
    size.textContent = `${count(lines, "line")}, ${count(encoder.encode(code.value).length, "byte")}`;
  };

  const languageOf = (name) => extensions[name.slice(name.lastIndexOf(".")).toLowerCase()];

  // What else a file must be is for the server to say; a size can be told before anything is sent.
  const problemOf = (picked) => {
    if (!picked) return "";
    if (!picked.size) return "The file is empty. Choose another one.";
    if (picked.size <= limit) return "";
    return `The file is ${count(picked.size, "byte")} long; ${limit.toLocaleString("en")} are allowed. Send a part of it.`;
  };

  const refuse = (text) => {
    problem.textContent = text;
    problem.hidden = !text;
    file.setCustomValidity(text);
  };

  const showFile = () => {
    const picked = file.files[0];
    const wrong = problemOf(picked);
    const sent = wrong ? "" : " Sent instead of the text.";
    help.textContent = picked ? `${picked.name}, ${count(picked.size, "byte")}.${sent}` : emptyHelp;
    clear.hidden = !picked;
    refuse(wrong);
    const known = picked && languageOf(picked.name);
    if (known && (!language.value || chosenHere)) {
      language.value = known;
      chosenHere = true;
    }
  };

  const leaveOut = () => {
    file.value = "";
    if (chosenHere) language.value = "";
    chosenHere = false;
    file.dispatchEvent(new Event("change", { bubbles: true }));
    file.focus();
  };

  const takeDropped = (event) => {
    event.preventDefault();
    form.classList.remove("dropping");
    const dropped = event.dataTransfer.files;
    if (!dropped.length) return;
    const one = new DataTransfer();
    one.items.add(dropped[0]);
    file.files = one.files;
    showFile();
    if (dropped.length > 1) help.textContent += ` Only this one of the ${dropped.length} files is taken.`;
  };

  // Anywhere on the page: a file dropped beside the form would replace the page and what was typed.
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    form.classList.add("dropping");
  });
  document.addEventListener("dragleave", () => form.classList.remove("dropping"));
  document.addEventListener("drop", (event) => {
    if (event.dataTransfer.types.includes("Files")) takeDropped(event);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  language.addEventListener("change", () => { chosenHere = false; });
  code.addEventListener("input", showCodeSize);
  file.addEventListener("change", showFile);
  clear.addEventListener("click", leaveOut);
  showCodeSize();
  showFile();
  // A form that came back may be longer than the screen, and what is wrong out of sight.
  form.querySelector("[role=alert]:not([hidden])")?.scrollIntoView({ block: "center", behavior: "instant" });
})();
