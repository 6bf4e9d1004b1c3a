import { IconMicrophone, IconMicrophoneOff } from "@tabler/icons-react";
import { Link } from "wouter";
import type { SoftphoneState } from "./calling/state";
import { isLive } from "./calling/transitions";
import styles from "./Shell.module.css";
import { usePhone } from "./services";

const WORDS: Record<SoftphoneState["microphone"], string> = {
  unknown: "Microphone not checked",
  ok: "Microphone ready",
  asking: "Asking for the microphone",
  blocked: "Microphone blocked",
};

/** In the header of every page; leads to the page that checks it. */
export function MicrophoneState() {
  const microphone = usePhone((state) => state.microphone);
  const muted = usePhone(({ call }) => isLive(call) && call.muted);
  const words = muted ? "You are muted" : WORDS[microphone];
  const tone = microphone === "blocked" ? styles.bad : microphone === "ok" && !muted ? styles.good : "";
  const Icon = microphone === "blocked" || muted ? IconMicrophoneOff : IconMicrophone;
  return (
    <Link href="/check" className={`${styles.microphone} ${tone}`} title={words} aria-label={words}>
      <Icon aria-hidden size={20} />
      <span className={styles.wide}>{words}</span>
    </Link>
  );
}
