// Builds codemirror.js from editor.mjs: `npm ci --ignore-scripts && npm run build`.
import { build } from "esbuild";

await build({
  entryPoints: ["editor.mjs"],
  outfile: "codemirror.js",
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2021",
  legalComments: "none",
});
