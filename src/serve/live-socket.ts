import type { WebSocket } from "@fastify/websocket";
import type { FastifyInstance } from "fastify";
import type { LiveRun } from "../measure/live-run.ts";
import { announcement, liveRun } from "../publish/html/serve/live-run.ts";
import type { RunDesk } from "./run-desk.ts";

/** What is sent over `/api/live`: first what is, then each change. */
export interface LiveMessage {
  readonly isUnderWay: boolean;
  /** The run with its newest row alone; absent before the first run. */
  readonly run?: LiveRun;
  /** The run, drawn for the page. */
  readonly html: string;
  /** What to say aloud, once for as long as it stays the same. */
  readonly announcement: string;
  /** The table of reports, drawn again at the end of a run. */
  readonly reports?: string;
}

/** A reader that is this far behind misses rows, and no memory is kept for it. */
const mostBufferedBytes = 1_000_000;

/** Rows that come in this time are drawn once: what is measured shares the machine with its drawing. */
const drawEveryMs = 200;

/** Sends the run to whoever connects to `/api/live`. `drawReports` is asked at the end of each run. */
export function addLiveSocket(app: FastifyInstance, desk: RunDesk, drawReports: () => Promise<string>): void {
  const sockets = new Set<WebSocket>();
  const tell = (to: Iterable<WebSocket>, message: LiveMessage): void => {
    const text = JSON.stringify(message);
    for (const socket of to) socket.send(text);
  };
  const tellEnd = async (): Promise<void> => {
    // Reports that cannot be listed keep nobody from the verdict.
    const reports = await drawReports().catch(() => undefined);
    // Meanwhile the next run may have begun.
    tell(sockets, { ...messageOf(desk.current()), ...(reports === undefined ? {} : { reports }) });
  };
  let isDue = false;
  desk.subscribe((run) => {
    if (run.end !== undefined) return void tellEnd();
    if (sockets.size === 0 || isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      const now = desk.current();
      const ready = [...sockets].filter(({ bufferedAmount }) => bufferedAmount < mostBufferedBytes);
      if (now?.end === undefined) tell(ready, messageOf(now));
    }, drawEveryMs).unref();
  });
  app.get("/api/live", { websocket: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.terminate());
    tell([socket], messageOf(desk.current()));
  });
}

function messageOf(run: LiveRun | undefined): LiveMessage {
  return {
    isUnderWay: run !== undefined && run.end === undefined,
    ...(run === undefined ? {} : { run: { ...run, points: run.points.slice(-1) } }),
    html: liveRun(run).html,
    announcement: announcement(run),
  };
}
