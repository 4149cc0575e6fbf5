import { Bench } from "tinybench";
import { loadModule, parseReference } from "../src/drive/targets/function-module.ts";

// A process that times a function as tinybench's users do, one call at a time with all defaults, and prints the mean in
// milliseconds. The function, and its argument: `function-gate-child.js ./parse.ts#parse a=1&b=2`.
const [reference = "", argument = ""] = process.argv.slice(2);
const { path, name } = parseReference(reference);
const subject = (await loadModule(path, process.cwd())).readFunction(name);
const bench = new Bench();
bench.add(name, () => subject(argument));
const [task] = await bench.run();
if (task?.result.state !== "completed")
  throw new Error(`${reference} could not be timed: ${task?.result.state}`);
process.stdout.write(String(task.result.latency.mean));
