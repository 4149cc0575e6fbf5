import { basename, dirname, join, relative, resolve } from "node:path";
import { shellWords } from "../../base/shell-words.ts";
import { writeWanted } from "../../base/write-whole.ts";
import { fileNamePart } from "../../judge/baselines/baseline-file.ts";
import { readHistory } from "../../judge/history/history-file.ts";
import { makeTrend } from "../../judge/history/trend.ts";
import { readEnvironment } from "../../measure/environment.ts";
import type { Trend } from "../../measure/trend.ts";
import { renderTrendHtml } from "../../publish/html/trend/render-trend-html.ts";
import { createColours } from "../../publish/terminal/symbols.ts";
import { renderTrend } from "../../publish/terminal/trend.ts";
import { wantsColour } from "../colour.ts";
import type { Io } from "../io.ts";
import { refreshIndex } from "../update-index.ts";

/** The options of `dyno trend`, as the command line gives them. */
export interface TrendOptions {
  /** The history file. */
  readonly history: string;
  readonly metric?: string;
  readonly class?: string;
  /** The folder that receives the page. */
  readonly out: string;
  readonly json?: boolean;
}

/** `dyno trend`: what became of a scenario's metrics over its history, in the terminal and as a page. */
export async function trend(name: string, options: TrendOptions, io: Io): Promise<number> {
  const { lines, warnings } = await readHistory(resolve(io.cwd, options.history), options.history);
  const { dynoVersion } = await readEnvironment(io.cwd, []);
  const made = makeTrend({
    scenario: /\.ya?ml$/.test(name) ? basename(name).replace(/\.ya?ml$/, "") : name,
    lines,
    warnings,
    dynoVersion,
    command: commandOf(name, options),
    ...(options.metric === undefined ? {} : { metric: options.metric }),
    ...(options.class === undefined ? {} : { class: options.class }),
  });
  const file = join(options.out, `trend-${fileNamePart(made.scenario)}.html`);
  const page = resolve(io.cwd, file);
  await writeWanted(page, renderTrendHtml(made), `the page ${file}`, "name another folder with --out");
  await refreshIndex(dirname(page), dynoVersion, io);
  io.stdout.write(textOf(made, relative(io.cwd, page), options, io));
  return 0;
}

function textOf(made: Trend, report: string, { json }: TrendOptions, io: Io): string {
  if (json === true) return `${JSON.stringify(made, null, 2)}\n`;
  return renderTrend(made, { report }, createColours(wantsColour(io.stdout, io.env)));
}

function commandOf(name: string, { history, metric, class: machine }: TrendOptions): string {
  const flag = (option: string, value: string | undefined): string[] =>
    value === undefined ? [] : [option, value];
  return shellWords([
    "npx",
    "dyno",
    "trend",
    name,
    ...flag("--history", history === standardHistory ? undefined : history),
    ...flag("--metric", metric),
    ...flag("--class", machine),
  ]);
}

/** Where the history lies unless told. */
export const standardHistory = "reports/history.ndjson";
