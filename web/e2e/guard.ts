// What must never happen on a page, whatever is tested: a request that leaves this
// machine, an error in the console, a breach of the content security policy.
import { type BrowserContext, expect, type Page } from "@playwright/test";

export class Guard {
  private readonly outside: string[] = [];
  private readonly errors: string[] = [];
  private expected: RegExp[] = [];

  /** Lets these console messages pass: what a test breaks on purpose is reported by the browser. */
  expectErrors(...patterns: RegExp[]): void {
    this.expected.push(...patterns);
  }

  async watch(context: BrowserContext): Promise<void> {
    context.on("request", (request) => this.address(request.url()));
    context.on("page", (page) => this.watchPage(page));
    context.on("console", (message) => {
      if (message.type() === "error") this.errors.push(`${message.text()} (${message.location().url})`);
    });
    context.on("weberror", (error) => this.errors.push(String(error.error())));
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        console.error(`breach of ${event.violatedDirective}: ${event.blockedURI}`);
      });
    });
  }

  private watchPage(page: Page): void {
    page.on("websocket", (socket) => this.address(socket.url()));
  }

  private address(url: string): void {
    const { protocol, hostname } = new URL(url);
    if (protocol === "data:" || protocol === "blob:" || protocol === "about:") return;
    if (!["127.0.0.1", "localhost", "[::1]"].includes(hostname)) this.outside.push(url);
  }

  check(): void {
    expect(this.outside, "requests that leave this machine").toEqual([]);
    const surprises = this.errors.filter((text) => !this.expected.some((pattern) => pattern.test(text)));
    expect(surprises, "errors in the browser's console").toEqual([]);
  }
}
