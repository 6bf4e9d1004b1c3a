// "Set-up": which app is called, and the settings it needs.

import { ask, busy, el, note } from "/dom.js";

export function drawSetup(panel, state, showApp) {
  const url = el("input", { id: "app-url", type: "url", value: state.appUrl, placeholder: "http://127.0.0.1:8080", autocomplete: "off" });
  const said = el("div", {});
  const go = el("button", { class: "button", type: "submit" }, "Point Twilio at it");
  panel.append(
    el("form", { class: "group", onsubmit: (e) => { e.preventDefault(); busy(go, submit); } },
      el("h2", {}, "The app"), el("p", { class: "hint" }, "Twilio asks this address what to do with a call. Without one, calls are placed with the sandbox’s own token and nobody answers for them."),
      el("div", { class: "field" }, el("label", { for: "app-url" }, "Base URL"), url), go, said),
    el("div", { class: "group" }, el("h2", {}, "Settings for an app"),
      el("p", { class: "hint" }, "Secrets are printed where the sandbox was started."),
      el("table", {}, el("tbody", {}, state.settings.map((s) => el("tr", {}, el("th", { scope: "row" }, s.name, el("br"), el("code", {}, s.value))))))));

  async function submit() {
    said.replaceChildren();
    try {
      await ask("PUT", "app", { url: url.value });
      said.replaceChildren(note("", url.value ? "Twilio asks this app from now on." : "No app is asked from now on."));
      await showApp();
    } catch (error) {
      said.replaceChildren(note("bad", error.message));
    }
  }
}
