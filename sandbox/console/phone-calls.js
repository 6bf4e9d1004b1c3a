// "Call the clinic": the phone rings one of the account's numbers, as a member does
// who saw a missed call.

import { ask, busy, el, note, spaced } from "/dom.js";

const FINAL = ["completed", "busy", "failed", "no-answer", "canceled"];
const LOOK_EVERY = 500; // milliseconds

// drawCalls fills form. from is the phone's number; the clinic's is the one that rang
// here last, as rang() tells, else the account's first.
export async function drawCalls(form, from, rang) {
  const said = el("p", { role: "status", class: "hint" }, "The clinic’s app says what you hear.");
  const trouble = el("div", {});
  const call = el("button", { type: "submit", class: "button" }, "Call the clinic");
  const hangUp = el("button", { type: "button", class: "button stop", hidden: true, onclick: () => busy(hangUp, stop) }, "Hang up");
  let sid = "";

  form.addEventListener("submit", (event) => { event.preventDefault(); busy(call, start); });
  form.append(el("h2", {}, "Ring the clinic"), said, el("div", { class: "buttons" }, call, hangUp), trouble);

  async function start() {
    trouble.replaceChildren();
    try {
      const { numbers } = await ask("GET", "state");
      const to = numbers.includes(rang()) ? rang() : numbers[0];
      ({ callSid: sid } = await ask("POST", "twilio/incoming", { from, to }));
      said.textContent = `Calling ${spaced(to)}…`;
      under(true);
      look(sid);
    } catch (why) {
      failed(why);
    }
  }

  async function stop() {
    try {
      await ask("POST", `twilio/calls/${sid}/hangup`, {});
    } catch (why) {
      failed(why);
    }
  }

  // look tells what is heard until the call is over.
  async function look(of) {
    try {
      const { status, transcript } = await ask("GET", `twilio/calls/${of}`);
      const heard = transcript.filter((u) => u.kind === "say").map((u) => u.text).join(" ");
      if (heard) said.textContent = `You hear: “${heard}”`;
      if (!FINAL.includes(status)) return setTimeout(() => look(of), LOOK_EVERY);
      said.textContent = heard ? `The call is over. You heard: “${heard}”` : "The call is over. You heard nothing.";
    } catch (why) {
      failed(why);
    }
    under(false);
  }

  function under(way) {
    const here = form.contains(document.activeElement);
    call.hidden = way;
    hangUp.hidden = !way;
    if (here) (way ? hangUp : call).focus();
  }

  function failed(why) { trouble.replaceChildren(note("bad", why.message)); }
}
