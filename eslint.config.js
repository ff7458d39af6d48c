import reactPlugin from "eslint-plugin-react";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const downwards = (folder, above) => ({
  files: [`web/src/${folder}/**/*.{ts,tsx}`],
  rules: {
    "no-restricted-imports": ["error", {
      patterns: [{
        group: above.map((name) => `@/${name}/*`),
        message: `Imports run downwards only (app, pages, editor, api and ui, kit): ${folder}/ must not know ${above.join(", ")}.`,
      }],
    }],
  },
});

export default tseslint.config(
  { ignores: ["**/*.gen.ts"] },
  ...tseslint.configs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    plugins: { react: reactPlugin, "react-hooks": hooks },
    settings: { react: { version: "19" } },
    rules: {
      // Every sentence lives in the message catalogues, so that both languages have it.
      "react/jsx-no-literals": ["error", { allowedStrings: ["·", "–", "→", "←", "/", "%", "✕", ":", "?"] }],
      "react-hooks/rules-of-hooks": "error",
      "max-lines": ["error", { max: 250 }],
      "@typescript-eslint/no-explicit-any": "error",
    },
  },
  downwards("pages", ["app"]),
  downwards("editor", ["app", "pages"]),
  downwards("api", ["app", "pages", "editor", "ui"]),
  downwards("ui", ["app", "pages", "editor", "api"]),
  downwards("kit", ["app", "pages", "editor", "api", "ui"]),
);
