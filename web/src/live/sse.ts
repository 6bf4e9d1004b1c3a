// Server-sent events from a byte stream (WHATWG HTML, section 9.2.6).

export interface ServerEvent {
  /** "message" unless the server names it. */
  name: string;
  data: string;
  /** The last id that was told, also by an earlier event. */
  id: string;
}

export interface SseListener {
  event(event: ServerEvent): void;
  /** The server says how long to wait before coming back, in milliseconds. */
  retry(wait: number): void;
}

/** Fed with text as it comes, cut anywhere, it calls the listener for each whole event. */
export class SseParser {
  #rest = "";
  #name = "";
  #data: string[] = [];
  #id: string;
  #first = true;
  readonly #listener: SseListener;

  constructor(listener: SseListener, lastId = "") {
    this.#listener = listener;
    this.#id = lastId;
  }

  feed(text: string): void {
    let all = this.#rest + text;
    if (this.#first && all !== "") {
      if (all.startsWith("\uFEFF")) all = all.slice(1);
      this.#first = false;
    }
    let from = 0;
    while (true) {
      const end = nextEnd(all, from);
      // A CR at the very end may be the first half of a CRLF.
      if (end < 0 || (all[end] === "\r" && end === all.length - 1)) break;
      this.#line(all.slice(from, end));
      from = all.startsWith("\r\n", end) ? end + 2 : end + 1;
    }
    this.#rest = all.slice(from);
  }

  #line(line: string): void {
    if (line === "") {
      this.#dispatch();
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return; // a comment
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#name = value;
    if (field === "data") this.#data.push(value);
    if (field === "id" && !value.includes("\0")) this.#id = value;
    if (field === "retry" && /^\d+$/.test(value)) this.#listener.retry(Number(value));
  }

  #dispatch(): void {
    const event = { name: this.#name || "message", data: this.#data.join("\n"), id: this.#id };
    const some = this.#data.length > 0;
    this.#name = "";
    this.#data = [];
    if (some) this.#listener.event(event);
  }
}

function nextEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === "\n" || text[at] === "\r") return at;
  }
  return -1;
}
