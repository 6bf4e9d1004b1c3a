import { Button } from "@mantine/core";
import { IconPlayerPlay, IconX } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import panel from "../calling/panel.module.css";
import type { Recording } from "../roomRoutes";
import { useServices } from "../services";
import { sentenceOf } from "./queries";
import styles from "./recording.module.css";
import { openSound } from "./sound";
import { say } from "./words";

interface PlayerProps {
  call: string;
  recording: Recording;
  /** "Recording 1, 10:20" */
  name: string;
}

/** Nothing is fetched before somebody wants to hear it: that they listened is kept. */
export function Player({ call, recording, name }: PlayerProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        variant="default"
        className={panel.act}
        leftSection={open ? <IconX aria-hidden size={20} /> : <IconPlayerPlay aria-hidden size={20} />}
        aria-expanded={open}
        aria-label={open ? undefined : say("recording:list.playOf", { name })}
        onClick={() => setOpen(!open)}
      >
        {open ? say("recording:list.stop") : say("recording:list.play")}
      </Button>
      {open && <Sound call={call} recording={recording} name={name} />}
    </>
  );
}

function Sound({ call, recording: { sid, seconds }, name }: PlayerProps) {
  const { backend } = useServices();
  const audio = useRef<HTMLAudioElement>(null);
  const [state, setState] = useState<{ loading: boolean; share?: number; failed?: string }>({ loading: true });
  useEffect(() => {
    const element = audio.current;
    if (!element) return;
    return openSound({
      fetch: (from, signal) => backend.sound(call, sid, from, signal),
      seconds,
      audio: element,
      progress: (share) => setState({ loading: true, share }),
      failed: (error) => setState({ loading: false, failed: sentenceOf(error) }),
    });
  }, [backend, call, sid, seconds]);
  const percent = state.share === undefined ? undefined : Math.floor(state.share * 100);
  return (
    <div className={styles.player}>
      {/* biome-ignore lint/a11y/useMediaCaption: nobody has written down what is said in a call */}
      <audio
        ref={audio}
        controls
        autoPlay
        className={styles.audio}
        aria-label={say("recording:list.sound", { name })}
        onCanPlay={() => setState({ loading: false })}
        onError={() =>
          setState((now) => (now.failed ? now : { loading: false, failed: say("recording:list.unheard") }))
        }
      />
      <p role="status" className={panel.note}>
        {state.loading &&
          (percent === undefined ? say("recording:list.loading") : say("recording:list.loaded", { percent }))}
      </p>
      {state.failed && (
        <p role="alert" className={panel.problem}>
          {state.failed}
        </p>
      )}
    </div>
  );
}
