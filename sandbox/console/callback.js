// "Call back": a member rings one of the clinic's numbers.

import { ask, busy, el, icon, note, spaced } from "/dom.js";

export function drawCallBack(panel, model) {
  const who = el("select", { id: "back-from" }, [...model.phones].map(([number, name]) => el("option", { value: number }, `${name}, ${spaced(number)}`)));
  const line = el("select", { id: "back-to" }, model.state.numbers.map((n) => el("option", { value: n }, spaced(n))));
  const said = el("div", {});
  const go = el("button", { class: "button wide", type: "submit" }, icon("phone"), "A member calls back");
  panel.append(el("form", { onsubmit: (e) => { e.preventDefault(); busy(go, submit); } },
    el("p", { class: "hint field" }, "A member saw a missed call and rings the number it came from. The app says what they hear."),
    el("div", { class: "field" }, el("label", { for: "back-from" }, "Who calls"), who),
    el("div", { class: "field" }, el("label", { for: "back-to" }, "The clinic’s number"), line), go, said));

  let waitingFor = "";
  model.addEventListener("change", () => {
    const call = model.calls.get(waitingFor);
    const words = call?.rows.filter((r) => r.lane === "speech" && r.event.kind !== "pause").map((r) => r.event.text);
    if (words?.length) { waitingFor = ""; said.replaceChildren(note("", `They hear: “${words.join(" ")}”`)); }
  });

  async function submit() {
    said.replaceChildren();
    try {
      const { callSid } = await ask("POST", "twilio/incoming", { from: who.value, to: line.value });
      waitingFor = callSid;
      model.choose(callSid);
    } catch (error) {
      said.replaceChildren(note("bad", error.message));
    }
  }
}
