import type { PageRun } from "../page-data.ts";

// These functions also run in the page, where only what this file names and what they are given is known.

/** What the list is narrowed to; an empty text asks for nothing. */
export interface RunFilter {
  readonly scenario: string;
  readonly branch: string;
  readonly kind: string;
  readonly outcome: string;
  /** Words that must all occur somewhere in the row. */
  readonly text: string;
}

/** What the page shows, as its address says. */
export interface PageState {
  readonly filter: RunFilter;
  /** The ids of the runs that are held against each other. */
  readonly compare: readonly string[];
}

/** Whether a run is in the list. */
export function isListed(run: PageRun, filter: RunFilter): boolean {
  const asked = (name: "scenario" | "branch" | "kind" | "outcome"): boolean =>
    filter[name] === "" || run[name] === filter[name];
  const { scenario, branch, kind, outcome, revision, variant, reason, id } = run;
  const all = [scenario, branch, kind, outcome, revision, variant, reason, id].join(" ").toLowerCase();
  const words = filter.text.toLowerCase().split(/\s+/);
  return (
    asked("scenario") &&
    asked("branch") &&
    asked("kind") &&
    asked("outcome") &&
    words.every((word) => all.includes(word))
  );
}

/** The state that an address names; what it does not name is empty. */
export function stateOfHash(hash: string): PageState {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const text = (name: string): string => given.get(name) ?? "";
  return {
    filter: {
      scenario: text("scenario"),
      branch: text("branch"),
      kind: text("kind"),
      outcome: text("outcome"),
      text: text("text"),
    },
    compare: given.getAll("compare").slice(0, 2),
  };
}

/** The address of a state: `#scenario=steady&compare=…&compare=…`, `#all` for the whole list. */
export function hashOfState({ filter, compare }: PageState): string {
  const given = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== ""));
  for (const id of compare) given.append("compare", id);
  // A bare # would scroll to the top.
  return given.size === 0 ? "#all" : `#${given}`;
}

/** The source of `isListed`, `stateOfHash` and `hashOfState`, for the page. */
export function filterSource(): string {
  return [isListed, stateOfHash, hashOfState].join("\n");
}
