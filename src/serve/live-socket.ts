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

/** Sends the run to whoever connects to `/api/live`. `drawReports` is asked at the end of each run. */
export function addLiveSocket(app: FastifyInstance, desk: RunDesk, drawReports: () => Promise<string>): void {
  app.get("/api/live", { websocket: true }, (socket) => {
    const send = (message: LiveMessage): void => socket.send(JSON.stringify(message));
    const unsubscribe = desk.subscribe((run) => {
      if (run.end === undefined) {
        if (socket.bufferedAmount < mostBufferedBytes) send(messageOf(run));
        return;
      }
      // Reports that cannot be listed keep nobody from the verdict.
      drawReports().then(
        (reports) => send({ ...messageOf(run), reports }),
        () => send(messageOf(run)),
      );
    });
    socket.on("close", unsubscribe);
    socket.on("error", () => socket.terminate());
    send(messageOf(desk.current()));
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
