// "What this phone does when called".

import { el, note } from "/dom.js";

// What each choice writes into the phone's script. "Ring here" and "Answers by
// itself" are one script: with the first, this page attends the phone.
const CHOICES = [
  ["ring", "Ring here", "It rings until you answer on this page.", { outcome: "answer" }],
  ["itself", "Answers by itself", "The automatic voice answers and talks.", { outcome: "answer" }],
  ["busy", "Busy", "The clinic hears the engaged tone.", { outcome: "busy" }],
  ["decline", "Declines", "It rings, then it is declined.", { outcome: "decline" }],
  ["no-answer", "No answer", "It rings until the clinic gives up.", { outcome: "no-answer" }],
  ["voicemail", "Voicemail", "A machine answers after some rings.", { outcome: "voicemail" }],
  ["failed", "Unreachable", "The call does not reach the phone.", { outcome: "failed", sipResponseCode: 480 }],
];

// choiceOf names the choice that a phone's script amounts to.
function choiceOf(view, byHand) {
  if (view.outcome === "manual") return "ring";
  if (view.outcome === "answer") return byHand ? "ring" : "itself";
  return view.outcome;
}

// drawDoes fills form and returns a function that shows a phone's view in it.
// change is called with whether this page attends, and the script.
export function drawDoes(form, change) {
  let choosing = false;
  const said = el("div", {});
  const inputs = new Map();
  const choices = CHOICES.map(([value, main, sub, script]) => {
    const input = el("input", { type: "radio", name: "does", value, onchange: () => choose(value, script) });
    inputs.set(value, input);
    return el("label", { class: "choice" }, input, el("span", { class: "main" }, main), el("span", { class: "sub" }, sub));
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.append(el("fieldset", {}, el("legend", {}, "What this phone does when called"), el("div", { class: "choices" }, choices)), said);

  async function choose(value, script) {
    choosing = true;
    said.replaceChildren();
    try {
      await change(value !== "itself", script);
      said.replaceChildren(note("", "From the next call on."));
    } catch (error) {
      said.replaceChildren(note("bad", error.message));
    } finally {
      choosing = false;
    }
  }

  return (view, byHand) => {
    if (choosing) return; // what is told meanwhile is half of the choice
    const input = inputs.get(choiceOf(view, byHand));
    if (input) input.checked = true;
  };
}
