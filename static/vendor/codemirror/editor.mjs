// The editor of the home page: CodeMirror with the product's languages, as one global function.
import { basicSetup } from "codemirror";
import { Compartment, EditorState } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { indentWithTab } from "@codemirror/commands";
import { HighlightStyle, StreamLanguage, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { tags } from "@lezer/highlight";
import { javascript } from "@codemirror/lang-javascript";
import { python } from "@codemirror/lang-python";
import { java } from "@codemirror/lang-java";
import { go } from "@codemirror/lang-go";
import { rust } from "@codemirror/lang-rust";
import { php } from "@codemirror/lang-php";
import { cpp } from "@codemirror/lang-cpp";
import { sql } from "@codemirror/lang-sql";
import { html } from "@codemirror/lang-html";
import { css } from "@codemirror/lang-css";
import { c, csharp, kotlin } from "@codemirror/legacy-modes/mode/clike";
import { ruby } from "@codemirror/legacy-modes/mode/ruby";
import { swift } from "@codemirror/legacy-modes/mode/swift";
import { shell } from "@codemirror/legacy-modes/mode/shell";

const stream = (mode) => () => StreamLanguage.define(mode);
const LANGUAGES = {
  javascript: () => javascript({ jsx: true }),
  typescript: () => javascript({ jsx: true, typescript: true }),
  python, java, go, rust, php, cpp, sql, html, css,
  c: stream(c), csharp: stream(csharp), kotlin: stream(kotlin),
  ruby: stream(ruby), swift: stream(swift), shell: stream(shell),
};
// Marks by weight and shape, as the result pages do it; colours follow the theme.
const marks = HighlightStyle.define([
  { tag: [tags.keyword, tags.tagName], fontWeight: "700" },
  { tag: [tags.string, tags.regexp], fontStyle: "italic" },
  { tag: tags.comment, fontStyle: "italic", color: "var(--hover)" },
  { tag: tags.definition(tags.variableName), fontWeight: "700", textDecoration: "underline 2px" },
]);
const languageOf = (name) => (LANGUAGES[name] ? LANGUAGES[name]() : []);

// Puts an editor after the textarea. `nonce` is what the page's policy allows styles by;
// `changed(text)` is called after each edit, `submit()` on Ctrl or Cmd with Enter.
globalThis.codeEditor = ({ textarea, nonce, labelledBy, describedBy, invalid, changed, submit }) => {
  const language = new Compartment();
  const attributes = { "aria-labelledby": labelledBy, "aria-describedby": describedBy };
  if (invalid) attributes["aria-invalid"] = "true";
  const view = new EditorView({
    state: EditorState.create({
      doc: textarea.value,
      extensions: [
        EditorView.cspNonce.of(nonce),
        keymap.of([{ key: "Mod-Enter", run: () => { submit(); return true; } }, indentWithTab]),
        basicSetup,
        indentUnit.of("    "),
        syntaxHighlighting(marks),
        language.of([]),
        EditorView.contentAttributes.of(attributes),
        // Files that are dropped are the page's to take.
        EditorView.domEventHandlers({ drop: (event) => event.dataTransfer.types.includes("Files") }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) changed(update.state.doc.toString());
        }),
      ],
    }),
  });
  textarea.after(view.dom);
  return {
    view,
    setLanguage: (name) => view.dispatch({ effects: language.reconfigure(languageOf(name)) }),
    setText: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
  };
};
