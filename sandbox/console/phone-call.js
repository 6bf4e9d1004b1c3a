// The sound of a call: this browser's microphone and speaker, over WebRTC.

const WHY = {
  NotAllowedError: "Your browser is not letting this page use the microphone, so the clinic cannot hear you. Select the icon left of the address, set Microphone to Allow, then connect again.",
  NotFoundError: "We could not find a microphone, so you can only listen. Plug in a headset, then connect again.",
  NotReadableError: "Another program is using your microphone, so you can only listen. Close it, then connect again.",
};
const INSECURE = "Browsers give the microphone to pages at 127.0.0.1 or localhost alone, so you can only listen. Open this page there.";

// CallSound plays a call through player, an <audio>, and sends the microphone.
// It tells "change" when it is connected, lost or closed.
export class CallSound extends EventTarget {
  constructor(player) {
    super();
    this.player = player;
    this.connection = null;
    this.microphone = null; // MediaStreamTrack
    this.why = ""; // why there is no microphone, in a sentence
    this.lost = false;
    this.opening = false;
  }

  get open() { return this.connection !== null; }
  get muted() { return this.microphone !== null && !this.microphone.enabled; }

  // connect asks for the microphone and hands the offer to exchange, which
  // resolves to the SDP of the answer. All candidates come with the answer, so
  // the offer goes out at once (no trickle).
  async connect(exchange) {
    this.close();
    this.opening = true;
    this.changed();
    try {
      const microphone = await this.askMicrophone();
      const connection = new RTCPeerConnection();
      this.connection = connection;
      this.microphone = microphone;
      connection.addEventListener("track", (event) => this.play(event));
      connection.addEventListener("connectionstatechange", () => this.watch(connection));
      const transceiver = microphone
        ? connection.addTransceiver(microphone, { direction: "sendrecv" })
        : connection.addTransceiver("audio", { direction: "recvonly" });
      preferTelephone(transceiver);
      await connection.setLocalDescription();
      await connection.setRemoteDescription({ type: "answer", sdp: await exchange(connection.localDescription.sdp) });
    } catch (error) {
      this.close();
      throw error;
    } finally {
      this.opening = false;
      this.changed();
    }
  }

  async askMicrophone() {
    this.why = "";
    if (!navigator.mediaDevices?.getUserMedia) {
      this.why = INSECURE;
      return null;
    }
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      return stream.getAudioTracks()[0];
    } catch (error) {
      this.why = WHY[error.name] ?? "The microphone could not be used, so you can only listen. Check it, then connect again.";
      return null;
    }
  }

  play(event) {
    this.player.srcObject = new MediaStream([event.track]);
    this.player.play().catch(() => {}); // answering was a press, so browsers allow it
    this.changed();
  }

  watch(connection) {
    if (connection !== this.connection || !["failed", "closed"].includes(connection.connectionState)) return;
    this.close();
    this.lost = true;
    this.changed();
  }

  mute(yes) {
    if (this.microphone) this.microphone.enabled = !yes;
    this.changed();
  }

  close() {
    this.connection?.close();
    this.microphone?.stop();
    this.connection = this.microphone = null;
    this.player.srcObject = null;
    this.lost = false;
    this.why = "";
    this.changed();
  }

  changed() { this.dispatchEvent(new Event("change")); }
}

// preferTelephone offers what a telephone line carries, G.711 and key tones.
function preferTelephone(transceiver) {
  const all = RTCRtpReceiver.getCapabilities?.("audio")?.codecs ?? [];
  const wanted = all.filter((c) => c.clockRate === 8000 && ["audio/pcmu", "audio/telephone-event"].includes(c.mimeType.toLowerCase()));
  if (wanted.length && transceiver.setCodecPreferences) transceiver.setCodecPreferences(wanted);
}
