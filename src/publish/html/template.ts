/** Text that is HTML already; everything else is escaped when it is put into a template. */
export interface Html {
  readonly html: string;
}

/** What a template takes: nothing is shown for undefined and false. */
export type Fill = Html | string | number | undefined | false | readonly Fill[];

/** A tagged template that escapes what is filled in. */
export function html(parts: TemplateStringsArray, ...fills: readonly Fill[]): Html {
  return { html: parts.reduce((all, part, i) => all + render(fills[i - 1]) + part) };
}

/** Marks text of our own as HTML. Never for anything that a user wrote. */
export function trusted(text: string): Html {
  return { html: text };
}

function render(fill: Fill): string {
  if (fill === undefined || fill === false) return "";
  if (typeof fill === "object") return "html" in fill ? fill.html : fill.map(render).join("");
  return String(fill).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
