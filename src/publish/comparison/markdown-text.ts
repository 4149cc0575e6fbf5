/**
 * Text of others as Markdown that shows it as it is, on one line, also in a table's cell; nothing in it makes markup,
 * HTML, or a mention of a GitHub user. At most `most` characters.
 */
export function plainText(text: string, most = 600): string {
  return clipped(text, most)
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[\\`*_{}[\]|~#!]/g, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/@(?=\w)/g, "@\u200b")
    .replace(/^(\d*)([-+=.)]+)(?=\s|$)/, "$1\\$2");
}

/** Text as a code span on one line; in a table's cell also its pipes want escaping. */
export function codeSpan(text: string, { inTable = false, most = 200 } = {}): string {
  const whole = clipped(text, most).replace(/\s+/g, " ");
  const line = inTable ? whole.replaceAll("|", "\\|") : whole;
  const fence = "`".repeat(longestRun(line) + 1);
  const pad = /^`|`$/.test(line) ? " " : "";
  return line.trim() === "" ? "" : `${fence}${pad}${line}${pad}${fence}`;
}

/** Text as a block of code, its lines kept. */
export function codeBlock(text: string, language: string, most = 2000): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${clipped(text, most)}\n${fence}`;
}

/** A table; the columns from the second on are aligned right, but for the last. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = heads.map((_, i) => (i > 0 && i < heads.length - 1 ? "---:" : "---"));
  return [heads, rule, ...rows].map(line).join("\n");
}

/** Something that is shown when its summary, which is HTML already, is clicked. */
export function folded(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

/** The first `most` characters, never half of one, and an ellipsis where some are left out. */
function clipped(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
}
