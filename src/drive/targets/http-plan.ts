import { isIP } from "node:net";
import { resolve } from "node:path";
import { DynoError } from "../../base/errors.ts";
import type { Expectation } from "../http/answer-checks.ts";
import type { Origin } from "../http/connection.ts";
import { type Rows, readRows, readText } from "../http/read-rows.ts";
import type { MixOptions, RequestKind } from "../http/request-mix.ts";
import { compileTemplate, type DataColumns, type Escape, type Template } from "../http/template.ts";
import type { TargetContext } from "../target.ts";
import { type AnswerTally, createAnswerTally } from "./http-answer-tally.ts";
import { escapes, splitUrl } from "./http-places.ts";
import type { HttpSettings } from "./http-settings.ts";

/** What is sent where: the settings with their files read and their texts compiled. */
export interface HttpPlan {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly origin: Origin;
  /** The `Host` header. */
  readonly host: string;
  readonly mix: MixOptions;
  /** What `mix` checks answers with. */
  readonly tally: AnswerTally;
}

/** Reads the files that the settings name. Rejects with a DynoError `setup` that names the setting which is wrong. */
export async function planRequests(
  settings: HttpSettings,
  { scenarioDir, services, seed }: Pick<TargetContext, "scenarioDir" | "services" | "seed">,
): Promise<HttpPlan> {
  const given = splitUrl(settings.url);
  const url = given.origin === "" ? services.serverUrl : given.origin;
  if (url === undefined) {
    throw new DynoError("setup", `target.url: ${settings.url} names no server, and none was started`);
  }
  const data: Record<string, Rows> = {};
  const columns: Record<string, readonly string[]> = {};
  for (const [name, file] of Object.entries(settings.data)) {
    const read = await readRows(resolve(scenarioDir, file), `target.data.${name}: ${file}`);
    data[name] = read.rows;
    columns[name] = read.columns;
  }
  const inputs = settings.requests ?? [{ ...settings, name: undefined, path: undefined, weight: 1 }];
  const kinds = await Promise.all(
    inputs.map((input, i) => {
      const at = settings.requests === undefined ? "target" : `target.requests.${i}`;
      return buildKind(input, at, { settings, scenarioDir, columns, path: given.path });
    }),
  );
  const { origin, host } = await originOf(url, settings.tls, scenarioDir);
  const tally = createAnswerTally();
  return { url, origin, host, tally, mix: { kinds, order: settings.order, data, seed, check: tally.check } };
}

type RequestInput = NonNullable<HttpSettings["requests"]>[number];

interface Surroundings {
  readonly settings: HttpSettings;
  readonly scenarioDir: string;
  readonly columns: DataColumns;
  /** The default. */
  readonly path: string;
}

async function buildKind(input: RequestInput, at: string, around: Surroundings): Promise<RequestKind> {
  const { settings, columns } = around;
  const compile = (text: string, key: string, escapeValue?: Escape): Template => {
    const compiled = compileTemplate(text, columns, escapeValue);
    if ("message" in compiled) throw new DynoError("setup", `${at}.${key}: ${compiled.message}`);
    return compiled;
  };
  const path = input.path ?? around.path;
  const given = withoutRepeats({ ...settings.headers }, input.headers);
  const isJson = input.json !== undefined;
  const headers = isJson ? withoutRepeats({ "content-type": "application/json" }, given) : given;
  return {
    name: input.name ?? `${input.method} ${path}`,
    weight: input.weight,
    method: input.method,
    path: compile(path, "path", escapes.path),
    headers: Object.entries(headers).map(([name, value]) => [
      name,
      compile(value, `headers.${name}`, escapes.header),
    ]),
    body: await buildBody(input, around, compile),
    expected: buildExpectation(input.expect ?? settings.expect),
  };
}

/** The second's headers take the place of the first's, whatever their case. */
function withoutRepeats(
  first: Readonly<Record<string, string>>,
  second: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const names = new Set(Object.keys(second).map((name) => name.toLowerCase()));
  const kept = Object.entries(first).filter(([name]) => !names.has(name.toLowerCase()));
  return { ...Object.fromEntries(kept), ...second };
}

async function buildBody(
  { body, bodyFile, json }: RequestInput,
  { scenarioDir }: Surroundings,
  compile: (text: string, key: string, escapeValue?: Escape) => Template,
): Promise<Template | undefined> {
  if (json !== undefined) return compile(JSON.stringify(json), "json", escapes.json);
  if (body !== undefined) return compile(body, "body");
  if (bodyFile === undefined) return undefined;
  return compile(await readText(resolve(scenarioDir, bodyFile), `target.bodyFile: ${bodyFile}`), "bodyFile");
}

function buildExpectation({ status, matches, headers, contains, json }: HttpSettings["expect"]): Expectation {
  return {
    statuses: status,
    ...(headers === undefined ? {} : { headers }),
    ...(contains === undefined ? {} : { contains }),
    ...(matches === undefined ? {} : { matches: new RegExp(matches, "u") }),
    ...(json === undefined ? {} : { json }),
  };
}

async function originOf(
  url: string,
  { ca, insecure }: HttpSettings["tls"],
  scenarioDir: string,
): Promise<{ readonly origin: Origin; readonly host: string }> {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) throw new DynoError("setup", `target.url: ${url} is no URL`);
  const host = parsed.hostname.replaceAll(/[[\]]/g, "");
  const isTls = parsed.protocol === "https:";
  const port = parsed.port === "" ? (isTls ? 443 : 80) : Number(parsed.port);
  if (!isTls) return { origin: { host, port }, host: parsed.host };
  const certificate =
    ca === undefined ? {} : { ca: await readText(resolve(scenarioDir, ca), `target.tls.ca: ${ca}`) };
  // A server is not told an address as its name (RFC 6066, section 3).
  const servername = isIP(host) === 0 ? host : "";
  return {
    origin: { host, port, tls: { servername, rejectUnauthorized: !insecure, ...certificate } },
    host: parsed.host,
  };
}
