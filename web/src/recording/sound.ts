// The sound of a recording in an <audio> element. That element cannot send the session, so the sound is fetched here:
// in pieces, from where it is heard, where the browser can take it so; else all of it before it plays. Nothing of it is
// stored, and nothing is left when it is closed.

/** Seconds that are fetched ahead of what is heard. */
const AHEAD = 30;
/** Seconds before the end of what is there: what follows is wanted now. */
const SOON = 0.5;

export interface SoundDeps {
  /** The sound from a byte on. */
  fetch(from: number, signal: AbortSignal): Promise<Response>;
  /** How long it is, as far as it is known. */
  seconds: number | undefined;
  audio: HTMLAudioElement;
  /** How much is there before it can play, from 0 to 1; told only where it must all come first. */
  progress(share: number): void;
  failed(error: unknown): void;
}

/** Begins to fetch it; the element plays when it can. Returns the function that ends everything. */
export function openSound(deps: SoundDeps): () => void {
  const ending = new AbortController();
  let url = "";
  const show = (source: MediaSource | Blob) => {
    url = URL.createObjectURL(source);
    deps.audio.src = url;
  };
  void begin(deps, ending.signal, show).catch((error) => ending.signal.aborted || deps.failed(error));
  return () => {
    ending.abort();
    deps.audio.removeAttribute("src");
    deps.audio.load();
    if (url) URL.revokeObjectURL(url);
  };
}

async function begin(deps: SoundDeps, ended: AbortSignal, show: (source: MediaSource | Blob) => void): Promise<void> {
  const asking = new AbortController();
  ended.addEventListener("abort", () => asking.abort());
  const first = await deps.fetch(0, asking.signal);
  const kind = (first.headers.get("Content-Type") ?? "").split(";")[0]?.trim() ?? "";
  const total = sizeOf(first);
  const inPieces = typeof MediaSource === "function" && MediaSource.isTypeSupported(kind);
  if (!inPieces || !total || !deps.seconds) return show(await whole(first, kind, total, deps.progress));
  const source = new MediaSource();
  show(source);
  await once(source, "sourceopen", ended);
  source.duration = deps.seconds;
  followHearing({ ...deps, seconds: deps.seconds, source, kind, total, ended }, first, asking);
}

/** Of the whole sound, in bytes. */
export function sizeOf(response: Response): number | undefined {
  const range = /\/(\d+)$/.exec(response.headers.get("Content-Range") ?? "")?.[1];
  const size = Number(range ?? (response.status === 200 ? response.headers.get("Content-Length") : 0));
  return size > 0 ? size : undefined;
}

/** Where a second of the sound begins; Twilio's MP3 has the same number of bytes for each. */
export function byteOf(second: number, seconds: number, total: number): number {
  return Math.min(total - 1, Math.max(0, Math.floor((second / seconds) * total)));
}

async function whole(response: Response, kind: string, total: number | undefined, progress: (share: number) => void) {
  const pieces: BlobPart[] = [];
  let got = 0;
  const reader = response.body?.getReader();
  for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read()) {
    pieces.push(piece.value);
    got += piece.value.length;
    if (total) progress(got / total);
  }
  return new Blob(pieces, { type: kind });
}

interface Hearing extends SoundDeps {
  seconds: number;
  source: MediaSource;
  kind: string;
  total: number;
  ended: AbortSignal;
}

/** Feeds the element from where it is heard, anew where what comes next is not there and is not being fed. */
function followHearing(hearing: Hearing, first: Response, asking: AbortController): void {
  const { audio, source, kind, total, seconds, ended } = hearing;
  const buffer = source.addSourceBuffer(kind);
  let fedFrom = 0;
  let current = asking;
  let running: Promise<unknown> = Promise.resolve();
  const failed = (error: unknown, given: AbortSignal) => given.aborted || hearing.failed(error);
  const feed = (response: Response, given: AbortSignal) => {
    running = pour(response, { audio, buffer, source }, given).catch((error) => failed(error, given));
  };
  const feedFrom = async (second: number) => {
    current.abort();
    const own = new AbortController();
    current = own;
    fedFrom = second;
    try {
      const response = await hearing.fetch(byteOf(second, seconds, total), own.signal);
      await running;
      if (own.signal.aborted) return;
      if (buffer.updating) await once(buffer, "updateend", ended);
      if (source.readyState === "open") buffer.abort();
      buffer.timestampOffset = second;
      feed(response, own.signal);
    } catch (error) {
      failed(error, own.signal);
    }
  };
  const look = () => {
    const second = missing(audio, fedFrom);
    if (second !== undefined && second < seconds) void feedFrom(second);
  };
  ended.addEventListener("abort", () => current.abort());
  for (const event of ["seeking", "waiting"]) audio.addEventListener(event, look, { signal: ended });
  feed(first, asking.signal);
}

type Heard = Pick<HTMLAudioElement, "buffered" | "currentTime">;

/** Where to feed from so that it goes on from where it is heard; undefined where that is there, or comes. */
export function missing(audio: Heard, fedFrom: number): number | undefined {
  const { currentTime } = audio;
  const here = rangeAt(audio);
  if (!here) return currentTime === fedFrom ? undefined : currentTime;
  // What is being fed goes on here; or there is enough for now.
  if (here.start <= fedFrom && fedFrom <= here.end) return undefined;
  return here.end - currentTime > SOON ? undefined : here.end;
}

interface Vessel {
  audio: HTMLAudioElement;
  buffer: SourceBuffer;
  source: MediaSource;
}

async function pour(response: Response, { audio, buffer, source }: Vessel, given: AbortSignal): Promise<void> {
  const reader = response.body?.getReader();
  given.addEventListener("abort", () => void reader?.cancel().catch(() => undefined));
  while (!given.aborted) {
    while (ahead(audio) > AHEAD && !given.aborted) await once(audio, "timeupdate", given);
    const piece = await reader?.read();
    if (given.aborted) return;
    if (!piece || piece.done) break;
    buffer.appendBuffer(piece.value);
    await once(buffer, "updateend", given);
  }
  if (!given.aborted && source.readyState === "open") source.endOfStream();
}

function rangeAt({ buffered, currentTime }: Heard): { start: number; end: number } | undefined {
  for (let i = 0; i < buffered.length; i++) {
    const [start, end] = [buffered.start(i), buffered.end(i)];
    if (start <= currentTime && currentTime <= end) return { start, end };
  }
  return undefined;
}

/** How many seconds are there after what is heard now. */
function ahead(audio: HTMLAudioElement): number {
  return (rangeAt(audio)?.end ?? audio.currentTime) - audio.currentTime;
}

/** Resolves also when it is given up. */
function once(target: EventTarget, name: string, given: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (given.aborted) return resolve();
    const done = () => {
      target.removeEventListener(name, done);
      given.removeEventListener("abort", done);
      resolve();
    };
    target.addEventListener(name, done);
    given.addEventListener("abort", done);
  });
}
