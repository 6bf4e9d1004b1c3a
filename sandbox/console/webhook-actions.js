// What can be done with a webhook that was sent: send it again, or take it along.

import { ask, busy, el, note } from "/dom.js";

export function webhookActions(call, hook) {
  const said = el("div", {});
  const again = el("button", { type: "button", class: "button quiet", onclick: () => busy(again, send) }, "Send again");
  const copy = el("button", { type: "button", class: "button quiet", onclick: () => busy(copy, take) }, "Copy as curl");
  return el("div", {}, el("div", { class: "row actions" }, again, copy), said);

  async function send() {
    said.replaceChildren();
    try {
      const { purpose, method, url, parameters, idempotencyToken } = hook;
      const answer = await ask("POST", "twilio/webhooks", { callSid: call.sid, purpose, method, url, parameters: parameters ?? {}, idempotencyToken });
      said.replaceChildren(answer.statusCode ? note("", `Sent again: the app answered ${answer.statusCode}.`) : note("bad", `Sent again, without an answer: ${answer.error}.`));
    } catch (error) {
      said.replaceChildren(note("bad", error.message));
    }
  }

  async function take() {
    const command = asCurl(hook);
    try {
      await navigator.clipboard.writeText(command);
      said.replaceChildren(note("", "Copied."));
    } catch {
      // Not allowed: it can be copied by hand.
      said.replaceChildren(el("pre", { class: "json" }, el("span", {}, command)));
    }
  }
}

// asCurl is the webhook as a command for a POSIX shell, signed as it was sent.
export function asCurl({ method, url, parameters, signature, idempotencyToken }) {
  const words = ["curl", "--include", "--request", method, quoted(url), "--header", quoted(`X-Twilio-Signature: ${signature}`), "--header", quoted(`I-Twilio-Idempotency-Token: ${idempotencyToken}`)];
  if (method === "POST") {
    for (const [name, values] of Object.entries(parameters ?? {})) for (const value of values) words.push("--data-urlencode", quoted(`${name}=${value}`));
  }
  return words.join(" ");
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
