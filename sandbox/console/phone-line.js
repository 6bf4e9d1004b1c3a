// The phone's line: what Twilio says of it, and its buttons.

import { ask } from "/dom.js";

// Line tells every state of the phone as a "phone" event whose detail is
// twiliobox's phone view, and "link" with true or false: whether it is connected.
export class Line extends EventTarget {
  constructor(number) {
    super();
    this.path = `twilio/phones/${encodeURIComponent(number)}`;
    this.source = null;
    this.timer = 0;
  }

  // attend follows the phone. With byHand the phone rings until somebody answers
  // it, as long as this page is open.
  attend(byHand) {
    clearTimeout(this.timer);
    this.source?.close();
    const source = new EventSource(`/console/v1/${this.path}/events?attend=${byHand}`);
    this.source = source;
    source.addEventListener("open", () => this.tell("link", true));
    source.addEventListener("phone", (event) => this.tell("phone", JSON.parse(event.data)));
    source.addEventListener("error", () => {
      this.tell("link", false);
      // A stream that was refused is not tried again by the browser itself.
      if (source.readyState === EventSource.CLOSED) this.timer = setTimeout(() => this.attend(byHand), 1000);
    });
  }

  press(act, body = {}) { return ask("POST", `${this.path}/${act}`, body); }

  script(phone) { return ask("PUT", this.path, phone); }

  tell(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}
