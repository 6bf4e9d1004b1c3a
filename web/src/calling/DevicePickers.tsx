import { Button, NativeSelect } from "@mantine/core";
import { IconMicrophone, IconVolume } from "@tabler/icons-react";
import { type RefObject, useCallback, useState } from "react";
import { say } from "../words";
import { useSoftphone } from "./context";
import styles from "./DevicePickers.module.css";
import { LevelMeter } from "./LevelMeter";
import type { Device } from "./state";
import { isLive } from "./transitions";

interface DevicePickersProps {
  /** The microphone's field, for who wants to send the focus there. */
  microphoneField?: RefObject<HTMLSelectElement | null>;
}

/** Which microphone and speaker; both can be changed in the middle of a call. */
export function DevicePickers({ microphoneField }: DevicePickersProps) {
  const { state, phone } = useSoftphone();
  const live = isLive(state.call);
  const [testing, setTesting] = useState(false);
  if (live && testing) setTesting(false); // or the microphone would open again by itself after the call
  const [playing, setPlaying] = useState(false);
  const [problem, setProblem] = useState("");
  const input = useCallback((listener: (level: number) => void) => phone.onInputLevel(listener), [phone]);
  const output = useCallback((listener: (level: number) => void) => phone.onOutputLevel(listener), [phone]);

  const attempt = async (work: Promise<void>, sorry: string) => {
    setProblem("");
    try {
      await work;
    } catch {
      setProblem(sorry);
    }
  };
  const test = async () => {
    if (testing) return setTesting(false);
    await attempt(phone.checkMicrophone(), say("calling:devices.microphoneNotOpened"));
    setTesting(phone.getState().microphone === "ok");
  };
  const play = async () => {
    setPlaying(true);
    await attempt(phone.playTestSound(), say("calling:devices.notPlayed"));
    setPlaying(false);
  };
  // During a call the microphone is open anyway. Outside one it is opened only when asked for: nobody should wonder
  // why the browser says that this page listens.
  const listening = (live && state.microphone === "ok") || testing;

  return (
    <section className={styles.pickers} aria-label={say("calling:devices.label")}>
      <div className={styles.device}>
        <NativeSelect
          ref={microphoneField}
          label={say("calling:devices.microphone")}
          leftSection={<IconMicrophone size={18} aria-hidden />}
          data={choices(state.microphones, state.microphoneId, "microphone")}
          value={state.microphoneId}
          disabled={state.microphones.length === 0}
          onChange={(event) =>
            void attempt(phone.chooseMicrophone(event.currentTarget.value), say("calling:devices.thatNotOpened"))
          }
        />
        {state.microphoneLost && <p className={styles.problem}>{say("calling:devices.lost")}</p>}
        {listening && <LevelMeter label={say("calling:devices.microphoneLevel")} listen={input} />}
        {!live && (
          <Button variant="default" className={styles.test} onClick={() => void test()}>
            {testing ? say("calling:devices.stopTest") : say("calling:devices.test")}
          </Button>
        )}
      </div>
      <div className={styles.device}>
        {state.canChooseSpeaker ? (
          <NativeSelect
            label={say("calling:devices.speaker")}
            leftSection={<IconVolume size={18} aria-hidden />}
            data={choices(state.speakers, state.speakerId, "speaker")}
            value={state.speakerId}
            disabled={state.speakers.length === 0}
            onChange={(event) =>
              void attempt(phone.chooseSpeaker(event.currentTarget.value), say("calling:devices.thatNotUsed"))
            }
          />
        ) : (
          <p className={styles.fixed}>
            <strong>{say("calling:devices.speaker")}</strong>
            <br />
            {say("calling:devices.fixed")}
          </p>
        )}
        {live && state.call?.phase === "connected" && (
          <LevelMeter label={say("calling:devices.speakerLevel")} listen={output} />
        )}
        <Button variant="default" className={styles.test} loading={playing} onClick={() => void play()}>
          {say("calling:devices.play")}
        </Button>
      </div>
      {problem && (
        <p role="alert" className={styles.problem}>
          {problem}
        </p>
      )}
    </section>
  );
}

/** Before the permission is given, browsers tell how many there are but not their names. */
function choices(
  devices: Device[],
  chosen: string,
  kind: "microphone" | "speaker",
): { value: string; label: string }[] {
  const known = devices.map(({ id, label }, at) => ({
    value: id,
    label: label || say(`calling:devices.${kind}Number`, { number: at + 1 }),
  }));
  if (known.some(({ value }) => value === chosen)) return known;
  return [{ value: chosen, label: say(`calling:devices.${kind}Default`) }, ...known];
}
