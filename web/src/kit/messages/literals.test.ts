import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const ROOTS = ["web/src", "src/neraca/kinds"]; // npm runs scripts at the repository's root
/** Attributes that a person reads or hears. */
const TOLD = new Set(["alt", "aria-label", "aria-description", "aria-roledescription", "aria-valuetext", "description", "error", "label", "legend", "nothingFound", "placeholder", "summary", "title"]);
const SAID = /\p{L}{2}/u;

function* components(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* components(path);
    else if (entry.name.endsWith(".tsx")) yield path;
  }
}

/** Text that stands in a component instead of a catalogue: children, and what attributes tell. */
export function literals(path: string, source: string): string[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const found: string[] = [];
  const text = (node: ts.Node): void => {
    if ((ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) && SAID.test(node.text)) found.push(`${path}: ${node.text}`);
    if (ts.isConditionalExpression(node)) { text(node.whenTrue); text(node.whenFalse); }
    if (ts.isJsxExpression(node) && node.expression) text(node.expression);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node) && SAID.test(node.text)) found.push(`${path}: ${node.text.trim()}`);
    if (ts.isJsxExpression(node) && (ts.isJsxElement(node.parent) || ts.isJsxFragment(node.parent))) text(node);
    if (ts.isJsxAttribute(node) && TOLD.has(node.name.getText()) && node.initializer) text(node.initializer);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

test("no sentence stands in a component", () => {
  expect(ROOTS.flatMap((root) => [...components(root)]).flatMap((path) => literals(path, readFileSync(path, "utf8")))).toEqual([]);
});
test("a sentence in a component would be found", () => {
  const source = 'const A = () => <p title="Read me" id="fine">Hello {on ? "World" : x}<img alt={`Text`} /></p>;';
  expect(literals("a.tsx", source)).toHaveLength(4);
});
