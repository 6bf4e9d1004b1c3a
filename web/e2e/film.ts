// A short recording of pages side by side, as an animated picture: what each
// showed, when it changed, and where the pointer was.
import type { Locator, Page } from "@playwright/test";
import sharp from "sharp";

/** Room around the pages and between them, and what lies behind, in pixels of the pages. */
const EDGE = 16;
const BEHIND = "#dfe7e8";
/** Width of the picture. */
const WIDTH = 960;
/** How long a frame stands, in milliseconds: no longer than that, however long it took; the last one, until it begins anew. */
const SHORTEST = 40;
const LONGEST = 1400;
const LAST = 3000;

/** What was seen at a moment; it is put together later, so that taking one costs little. */
interface Frame {
  shots: Buffer[];
  pointer: Pointer | undefined;
  at: number;
}

interface Pointer {
  x: number;
  y: number;
  pressed: boolean;
}

export class Film {
  private readonly frames: Frame[] = [];
  private pointer: Pointer | undefined;
  private rolling = false;
  private reel: Promise<void> = Promise.resolve();

  constructor(private readonly pages: Page[]) {}

  /** Takes frames, one after another, until it is cut. */
  roll(): void {
    this.rolling = true;
    this.reel = this.record();
  }

  async cut(): Promise<void> {
    this.rolling = false;
    await this.reel;
  }

  /** Goes to a control and presses it, both seen. */
  async press(what: Locator): Promise<void> {
    const box = await what.boundingBox();
    if (!box) throw new Error("What is to be pressed cannot be seen.");

    const left = this.left(this.pages.indexOf(what.page()));
    const at = { x: left + box.x + Math.min(box.width / 2, 60), y: EDGE + box.y + box.height / 2 };
    for (const pressed of [false, true]) {
      this.pointer = { ...at, pressed };
      await this.seen();
    }
    this.pointer = { ...at, pressed: false };
    await what.click();
  }

  /** The pages as they are now, side by side, as large as they are. */
  async still(): Promise<Buffer> {
    return this.sheet(await this.take());
  }

  /** All that was taken, as an animated WebP; what did not change is one frame. */
  async develop(): Promise<Buffer> {
    const kept = this.frames.filter((frame, i) => i === 0 || !same(frame, this.frames[i - 1]));
    const sheets: Buffer[] = [];
    for (const frame of kept)
      sheets.push(
        await sharp(await this.sheet(frame))
          .resize({ width: WIDTH })
          .toBuffer(),
      );
    const delay = kept.map((frame, i) => {
      const next = kept[i + 1];
      return next ? Math.min(Math.max(Math.round(next.at - frame.at), SHORTEST), LONGEST) : LAST;
    });
    return sharp(sheets, { join: { animated: true } })
      .webp({ quality: 70, effort: 4, minSize: true, delay, loop: 0 })
      .toBuffer();
  }

  private async record(): Promise<void> {
    while (this.rolling) this.frames.push(await this.take());
  }

  private async take(): Promise<Frame> {
    const [pointer, at] = [this.pointer, performance.now()];
    const shots = await Promise.all(this.pages.map((page) => page.screenshot({ caret: "hide" })));
    return { shots, pointer, at };
  }

  /** Waits until another frame was begun after now, and taken. */
  private async seen(): Promise<void> {
    const enough = this.frames.length + 2;
    while (this.frames.length < enough) await this.pages[0]?.waitForTimeout(20);
  }

  private left(index: number): number {
    return this.pages.slice(0, index).reduce((x, page) => x + (page.viewportSize()?.width ?? 0) + EDGE, EDGE);
  }

  private async sheet({ shots, pointer }: Frame): Promise<Buffer> {
    const height = Math.max(...this.pages.map((page) => page.viewportSize()?.height ?? 0));
    const base = sharp({
      create: {
        width: this.left(this.pages.length),
        height: height + 2 * EDGE,
        channels: 3,
        background: BEHIND,
      },
    });
    const layers = shots.map((input, i) => ({ input, left: this.left(i), top: EDGE }));
    if (pointer) layers.push(arrow(pointer));
    return base.composite(layers).png({ compressionLevel: 1 }).toBuffer();
  }
}

function same(one: Frame, other: Frame | undefined): boolean {
  return (
    one.pointer === other?.pointer &&
    one.shots.every((shot, i) => other?.shots[i] !== undefined && shot.equals(other.shots[i]))
  );
}

/** The pointer, which no picture of a page has: an arrow, and a ring while it presses. */
function arrow({ x, y, pressed }: Pointer): { input: Buffer; left: number; top: number } {
  const ring = pressed ? '<circle cx="24" cy="24" r="18" fill="#000" fill-opacity="0.18"/>' : "";
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60">${ring}
    <path d="M24 24v26l6-6 4.6 10.4 4.6-2-4.6-10.2h8.6z" fill="#111" stroke="#fff" stroke-width="2"/></svg>`;
  return { input: Buffer.from(drawing), left: Math.round(x) - 24, top: Math.round(y) - 24 };
}
