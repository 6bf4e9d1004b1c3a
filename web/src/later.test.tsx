import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { later } from "./later";

const Hello = ({ name }: { name: string }) => <button type="button">Hello {name}</button>;

describe("what comes later", () => {
  afterEach(cleanup);

  it("is shown when it has arrived", async () => {
    const Part = later(async () => Hello);
    render(<Part name="Hana" />);
    expect(screen.queryByRole("button")).toBeNull();
    expect((await screen.findByRole("button")).textContent).toBe("Hello Hana");
  });

  it("is drawn at once where it was prepared, and stays the same element", async () => {
    const Part = later(async () => Hello);
    await Part.prepare();
    const view = render(<Part name="Hana" />);
    const drawn = screen.getByRole("button");
    view.rerender(<Part name="Ellis" />);
    expect(screen.getByRole("button")).toBe(drawn);
    expect(drawn.textContent).toBe("Hello Ellis");
  });

  it("says in its place that it could not be loaded, and is tried again the next time", async () => {
    let there = false;
    const Part = later(async () => {
      if (!there) throw new TypeError("Failed to fetch dynamically imported module");
      return Hello;
    });
    await Part.prepare();
    const first = render(<Part name="Hana" />);
    expect((await screen.findByRole("alert")).textContent).toContain("could not be loaded");
    first.unmount();
    there = true;
    render(<Part name="Hana" />);
    expect(await screen.findByRole("button")).toBeTruthy();
  });
});
