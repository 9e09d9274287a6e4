// Puts the editor in the place of the form's textarea, which keeps the text that is sent.
(() => {
  "use strict";
  const nonce = document.currentScript.nonce;
  const form = document.querySelector("[data-submit-form]");
  if (!form || !globalThis.codeEditor) return;
  const textarea = form.querySelector("textarea[name=code]");
  const file = form.querySelector("input[type=file]");
  const filename = form.querySelector("input[name=filename]");
  const language = form.querySelector("select[name=language]");
  const label = document.getElementById("code_label");
  const help = form.querySelector("[data-editor-help]");
  const extensions = JSON.parse(language.dataset.extensions || "{}");
  let shown = "";

  const keep = (text) => {
    textarea.value = text;
    textarea.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const editor = globalThis.codeEditor({
    textarea,
    nonce,
    labelledBy: label.id,
    describedBy: help.id,
    invalid: textarea.getAttribute("aria-invalid") === "true",
    changed: keep,
    submit: () => form.requestSubmit(),
  });
  // What scrolls has to hold something that the keyboard reaches, and says so by its index.
  editor.view.contentDOM.tabIndex = 0;
  textarea.hidden = true;
  help.hidden = false;
  label.removeAttribute("for");
  label.addEventListener("click", () => editor.view.focus());

  const languageOf = (name) => extensions[name.slice(name.lastIndexOf(".")).toLowerCase()];
  const follow = () => {
    const wanted = language.value || languageOf(file.files[0]?.name || filename.value) || "";
    if (wanted === shown) return;
    shown = wanted;
    editor.setLanguage(wanted);
  };
  form.addEventListener("change", follow);
  filename.addEventListener("input", follow);
  document.addEventListener("drop", follow);
  // A browser may give a field its old text back when one returns to the page.
  globalThis.addEventListener("pageshow", () => {
    if (editor.view.state.doc.toString() !== textarea.value) editor.setText(textarea.value);
    follow();
  });
})();
