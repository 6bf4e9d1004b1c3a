// The rooms that are open, and who is in them.

import { ask, el } from "/dom.js";

const STATUS = { init: "waits for a second person", "in-progress": "open" };

// drawRooms draws the rooms, and returns what is to hear each entry of the feed.
export function drawRooms(place) {
  let asked = false;
  let again = false;

  // look asks at most once at a time: many changes come together.
  async function look() {
    if (asked) { again = true; return; }
    asked = true;
    try {
      const { rooms } = await ask("GET", "twilio/rooms");
      show(rooms.filter((r) => r.status !== "completed"));
    } catch { /* the page says already when the sandbox does not answer */ }
    asked = false;
    if (again) { again = false; look(); }
  }

  function show(rooms) {
    place.replaceChildren(...rooms.map((r) => el("section", { class: "card", "aria-label": `Room ${r.name}` },
      el("h2", {}, "Room"), el("p", { class: "hint" }, `${r.name} · ${STATUS[r.status] ?? r.status}`),
      el("table", { class: "people" }, el("thead", {}, el("tr", {}, ...["Who", "Label", "Line", "On hold", "Muted"].map((t) => el("th", { scope: "col" }, t)))),
        el("tbody", {}, ...r.participants.map((p) => el("tr", {}, el("td", { class: "num" }, p.who), el("td", {}, p.label ?? "–"),
          el("td", {}, p.status), el("td", {}, p.held ? "yes" : "no"), el("td", {}, p.muted ? "yes" : "no"))))))));
  }

  look();
  return (entry) => { if (entry.twilio?.type === "room") look(); };
}
