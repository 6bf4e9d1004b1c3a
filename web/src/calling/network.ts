// Whether this computer has a network, as the browser tells it: at once, while the SDK needs some seconds to notice.
export interface Network {
  offline(): boolean;
  onChange(listener: () => void): () => void;
}

type Page = Pick<Window, "addEventListener" | "removeEventListener"> & { navigator: { onLine: boolean } };

export function createNetwork(page: Page): Network {
  return {
    offline: () => !page.navigator.onLine,
    onChange(listener) {
      page.addEventListener("offline", listener);
      page.addEventListener("online", listener);
      return () => {
        page.removeEventListener("offline", listener);
        page.removeEventListener("online", listener);
      };
    },
  };
}
