// Which microphone and speaker this browser was last told to use: their ids,
// which the browser makes up for this site alone, and nothing else.
export interface Remembered {
  get(): string;
  set(id: string): void;
}

export function remembered(key: "microphone" | "speaker", storage: () => Storage = () => localStorage): Remembered {
  const name = `careline.${key}`;
  return {
    get() {
      try {
        return storage().getItem(name) ?? "";
      } catch {
        return ""; // storage is shut off: the default is used
      }
    },
    set(id) {
      try {
        if (id) storage().setItem(name, id);
        else storage().removeItem(name);
      } catch {
        // as above
      }
    },
  };
}
