// The calls so far, and the chosen one: who, state, buttons, timeline, record.

import { ask, atMost, busy, el, icon, note, phonePath } from "/dom.js";
import { CallList } from "/call-list.js";
import { Timeline } from "/timeline.js";
import { RecordView } from "/record.js";

// How often the details are drawn. While many calls come in, each is the chosen one for a moment, and nobody reads one so fast.
const DETAILS_EVERY = 300;

export function drawCalls(parts, model) {
  const head = el("section", { class: "card", "aria-label": "The call" });
  const happened = el("section", { class: "card", "aria-label": "What happened" });
  const timeline = new Timeline(happened);
  const recordCard = el("section", { class: "card", "aria-label": "The record" });
  const view = new RecordView(recordCard, model);
  const buttons = el("div", { class: "row" });
  const trouble = el("div", {});
  let saidLast = "";
  let shown = { sid: "", buttons: "" };
  let list;
  const details = atMost(DETAILS_EVERY, drawDetails);

  model.addEventListener("change", (event) => draw(event.detail));
  draw(model.calls.keys());

  // draw shows anew what changed: calls of these SIDs.
  function draw(sids) {
    const dirty = new Set(sids);
    const call = model.calls.get(model.chosen);
    if (!call) {
      parts.call.replaceChildren(el("div", { class: "card empty" }, icon("phone"), el("h2", {}, "No call yet"),
        el("p", {}, "Choose a clinician and an appointment, then place the call. Every webhook and every version of the record appears here as it happens.")));
      return;
    }

    list ??= new CallList(parts.list, model);
    list.draw(dirty);
    if (shown.sid !== call.sid || dirty.has(call.sid)) details();
  }

  // drawDetails shows the chosen call, whichever it is by now.
  function drawDetails() {
    const call = model.calls.get(model.chosen);
    if (!call) return;
    if (shown.sid !== call.sid) {
      shown = { sid: call.sid, buttons: "" };
      trouble.replaceChildren();
      parts.call.replaceChildren(head, happened, recordCard);
    }
    drawHead(call);
    timeline.draw(call);
    happened.hidden = call.rows.length === 0; // of an earlier run only the record is left
    view.draw(call);
  }

  function drawHead(call) {
    const a = model.about(call);
    const about = a.appointment ? `${a.appointment.start.slice(11, 16)} · ${a.appointment.reason}` : a.inbound ? "A member calls the clinic’s number" : "No appointment of today";
    const band = el("p", { class: `band ${a.kind} ${a.ringing ? "ringing" : ""}` }, icon(a.icon), el("span", {}, a.word, " ", el("small", {}, "– ", a.more)));
    drawButtons(call, a);
    const lines = [el("div", { class: "head" }, el("div", { class: "who" },
      el("h2", {}, a.inbound ? `${a.from} calls the clinic` : `${a.from} calls ${a.to}`),
      el("p", {}, [about, a.ending && `number ${a.ending}`].filter(Boolean).join(" · "), ...phoneLink(a)))), band];
    // The buttons stay where they are in the page, so that focus does.
    if (!buttons.isConnected || head.lastChild !== trouble) head.replaceChildren(...lines, buttons, trouble);
    else lines.forEach((line, i) => { if (!line.isEqualNode(head.children[i])) head.children[i].replaceWith(line); }); // the link keeps its focus
    const sentence = a.inbound ? `${a.from}: ${a.word}` : `${a.word}: ${a.to}`;
    if (sentence !== saidLast) { parts.said.textContent = sentence; saidLast = sentence; }
  }

  // phoneLink leads to the page of the member's phone, if that is one of ours.
  function phoneLink(a) {
    const number = a.memberNumber ?? (a.inbound ? a.number : "");
    return model.phones.has(number) ? [" · ", el("a", { href: phonePath(number), target: "_blank", rel: "noopener" }, "Open this phone")] : [];
  }

  function drawButtons(call, a) {
    const number = a.memberNumber;
    const want = [];
    if (a.live && a.ringing && number) want.push(["answer", "Answer", "button"], ["decline", "Decline", "button stop"]);
    if (a.live && a.talking && number) want.push(["hangup", "Member hangs up", "button quiet"]);
    if (a.live) want.push(["end", a.inbound ? "Caller hangs up" : "Clinician hangs up", "button stop"]);
    const key = want.map((w) => w[0]).join() + number;
    if (key === shown.buttons) return;
    shown.buttons = key;
    trouble.replaceChildren(); // it was about buttons that are gone
    const had = buttons.contains(document.activeElement);
    buttons.replaceChildren(...want.map(([act, text, kind]) => {
      const b = el("button", { class: kind, type: "button", onclick: () => busy(b, () => press(call, act, number)) }, text);
      return b;
    }));
    buttons.hidden = want.length === 0;
    buttons.style.marginTop = want.length ? "16px" : "";
    if (had) buttons.querySelector("button")?.focus();
  }

  async function press(call, act, number) {
    trouble.replaceChildren();
    const path = act === "end" ? `twilio/calls/${call.sid}/hangup` : `twilio/phones/${encodeURIComponent(number)}/${act}`;
    try { await ask("POST", path, {}); } catch (error) { trouble.replaceChildren(note("bad", error.message)); }
  }
}
