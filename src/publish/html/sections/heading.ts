import { type Html, html } from "../template.ts";

/** A heading that sorts its column when it is clicked. */
export function heading(name: string, right = true): Html {
  return html`<th class="${right ? "r" : ""}"><button type="button">${name}</button></th>`;
}
