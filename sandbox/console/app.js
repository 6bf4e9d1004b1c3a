// The console's start: fetch the clinic, draw the controls, follow the feed.

import { ask, el, note } from "/dom.js";
import { makeTabs } from "/tabs.js";
import { drawPlace } from "/place.js";
import { drawCallBack } from "/callback.js";
import { drawFaults } from "/faults.js";
import { drawSetup } from "/setup.js";
import { Model } from "/model.js";
import { drawCalls } from "/calls.js";
import { drawRooms } from "/rooms.js";

const $ = (id) => document.getElementById(id);

function showLink(kind, text) {
  $("link").className = `link ${kind}`;
  $("link").lastElementChild.textContent = text;
}

// showApp links to the app's own page, if it has one.
async function showApp() {
  const { url } = await ask("GET", "app");
  const link = $("app-link");
  link.hidden = !url;
  if (url) link.href = url;
}

function follow(model) {
  const source = new EventSource("/console/v1/events");
  source.addEventListener("open", () => showLink("live", "Live"));
  source.addEventListener("error", () => showLink("lost", "Connection lost. Trying again…"));
  const heardOfRooms = drawRooms($("rooms"));
  source.addEventListener("message", (event) => {
    const entry = JSON.parse(event.data);
    model.take(entry);
    heardOfRooms(entry);
  });
}

// loadEarlier fetches the newest records, of an earlier run or page.
async function loadEarlier(model) {
  const found = await ask("GET", "records/Communication?_sort=-_lastUpdated&_count=20");
  const histories = await Promise.all((found.entry ?? []).map((e) => ask("GET", `records/Communication/${e.resource.id}/_history`)));
  for (const history of histories.reverse()) model.earlier((history.entry ?? []).map((e) => e.resource).filter(Boolean).reverse());
}

async function start() {
  const state = await ask("GET", "state");
  const day = new Date(state.clinic.day.slice(0, 10) + "T12:00:00");
  $("day").textContent = `Clinic calls · ${day.toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" })}`;
  showApp().catch(() => {}); // without the link all else works
  makeTabs(document.querySelector("[role=tablist]"));
  const model = new Model(state);
  drawPlace($("panel-call"), model);
  drawCallBack($("panel-back"), model);
  drawFaults($("panel-faults"));
  drawSetup($("panel-setup"), state, showApp);
  drawCalls({ list: $("calls"), call: $("call"), said: $("said") }, model);
  // A FHIR server that is told to be down has no earlier records to give.
  await loadEarlier(model).catch(() => {});
  follow(model);
}

start().catch((error) => {
  showLink("lost", "Not connected");
  $("calls").replaceChildren(note("bad", error.message), el("p", {}, "Load this page again once the sandbox runs."));
});
