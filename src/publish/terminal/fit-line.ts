/** A part of a line, and how it is painted. */
export type Segment = readonly [text: string, paint?: ((text: string) => string) | undefined];

/** A line of at most so many columns, painted; what does not fit is cut, and three dots tell that. */
export function fitLine(segments: readonly Segment[], columns: number): string {
  const isTooLong = segments.reduce((sum, [text]) => sum + text.length, 0) > columns;
  let left = isTooLong ? Math.max(0, columns - 1) : columns;
  const parts = segments.map(([text, paint = same]) => {
    const shown = text.slice(0, left);
    left -= shown.length;
    return shown === "" ? "" : paint(shown);
  });
  return parts.join("") + (isTooLong && columns > 0 ? "…" : "");
}

/** Lines of at most so many columns, each with as many of the parts as it holds; all but the first are indented by `indent`. */
export function foldParts(
  parts: readonly (readonly Segment[])[],
  columns: number,
  indent: number,
): Segment[][] {
  const lines: Segment[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const part of parts) {
    const width = part.reduce((sum, [text]) => sum + text.length, 0);
    if (used + width > columns) {
      lines.push(lines.length === 0 ? [] : [[" ".repeat(indent)]]);
      used = lines.length === 1 ? 0 : indent;
    }
    lines.at(-1)?.push(...part);
    used += width;
  }
  return lines;
}

function same(text: string): string {
  return text;
}
