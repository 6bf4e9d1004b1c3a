// Tells somebody who is in another window that their call changed, or that somebody called back: by the system's
// notifications, if they asked for that. No name and no number is in them: they are seen by whoever passes.
import type { Live } from "../live/live";
import { say } from "../words";
import type { CallState, Softphone } from "./state";
import { isLive } from "./transitions";

/** The browser's notifications, or what a test puts in their place. */
export interface Notifier {
  permission(): NotificationPermission;
  ask(): Promise<NotificationPermission>;
  /** Shows one; returns what closes it. The same tag takes the place of the one before. */
  show(words: string, tag: string, onClick: () => void): () => void;
}

export interface AttentionDeps {
  phone: Pick<Softphone, "getState" | "subscribe">;
  live: Pick<Live, "getState" | "subscribe">;
  notifier: Notifier;
  /** Whether the person asked to be told. */
  wanted(): boolean;
  page: Pick<Window, "addEventListener" | "removeEventListener" | "focus"> & { document: Pick<Document, "hasFocus"> };
}

type Change = "answered" | "ended" | "reconnecting";

/** What of a call is worth leaving another window for. */
function changeOf(before: CallState | null, now: CallState | null): Change | undefined {
  if (!isLive(before) || before.phase === now?.phase) return undefined;
  if (now?.phase === "ended") return "ended";
  if (now?.phase === "reconnecting") return "reconnecting";
  return now?.phase === "connected" && before.phase !== "reconnecting" ? "answered" : undefined;
}

export function followAttention({ phone, live, notifier, wanted, page }: AttentionDeps): () => void {
  let { call, joined } = phone.getState();
  let { calledBack } = live.getState();
  const open = new Map<string, () => void>();

  const tell = (words: string, tag: string) => {
    if (page.document.hasFocus() || !wanted() || notifier.permission() !== "granted") return;
    open.get(tag)?.();
    open.set(tag, notifier.show(words, tag, back));
  };
  const back = () => {
    page.focus();
    seen();
  };
  const seen = () => {
    for (const close of open.values()) close();
    open.clear();
  };
  const called = () => {
    const { call: now, joined: asked } = phone.getState();
    const change = changeOf(call, now);
    if (asked?.phase === "ringing" && joined !== asked) tell(say("calling:attention.rung"), "rung");
    call = now;
    joined = asked;
    if (change) tell(say(`calling:attention.${change}`), "call");
  };
  const rangBack = () => {
    const { calledBack: now } = live.getState();
    // Signed out, or a page that was just loaded: nothing has happened now.
    const news = [...now].some(([id, { at }]) => at > (calledBack.get(id)?.at ?? ""));
    calledBack = now;
    if (news) tell(say("calling:attention.calledBack"), "called-back");
  };

  const ends = [phone.subscribe(called), live.subscribe(rangBack)];
  page.addEventListener("focus", seen);
  return () => {
    for (const end of ends) end();
    page.removeEventListener("focus", seen);
    seen();
  };
}

/** undefined where the browser has none, as on most phones. */
export function browserNotifier(page: { Notification?: typeof Notification }): Notifier | undefined {
  const Known = page.Notification;
  if (!Known) return undefined;
  return {
    permission: () => Known.permission,
    ask: () => Known.requestPermission(),
    show(words, tag, onClick) {
      try {
        const shown = new Known(words, { body: say("calling:attention.open"), tag: `careline-${tag}` });
        shown.onclick = onClick;
        return () => shown.close();
      } catch {
        return () => {}; // a browser that shows them from workers only
      }
    },
  };
}
