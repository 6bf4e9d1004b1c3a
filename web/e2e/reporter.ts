// The end of a run in plain lines: which browser, what was left out, how many.
import type { FullResult, Reporter, TestCase, TestError, TestResult } from "@playwright/test/reporter";
import type { FoundBrowser } from "./browser.mjs";

export default class Counts implements Reporter {
  private errors = 0;
  private readonly outcomes = new Map<TestCase, TestResult>();

  onTestEnd(test: TestCase, result: TestResult): void {
    this.outcomes.set(test, result);
  }

  /** What goes wrong outside of any test, such as a file that cannot be read. */
  onError(error: TestError): void {
    this.errors++;
    console.error(error.message ?? error.value);
  }

  onEnd(result: FullResult): void {
    const tests = [...this.outcomes.keys()];
    const of = (outcome: ReturnType<TestCase["outcome"]>) => tests.filter((test) => test.outcome() === outcome);
    const skipped = of("skipped");
    for (const test of of("flaky")) console.log(`only passed when repeated: ${name(test)}`);
    for (const test of skipped) console.log(`skipped: ${name(test)}`);
    for (const test of of("unexpected")) console.log(`failed: ${name(test)}`);
    const browser = JSON.parse(process.env.CARELINE_E2E_BROWSER ?? "null") as FoundBrowser | null;
    if (browser) console.log(`browser: Chromium ${browser.version} from ${browser.from} (${browser.path})`);
    console.log(`browser tests took ${Math.round(result.duration / 1000)} s`);
    const passed = of("expected").length + of("flaky").length;
    const failed = of("unexpected").length + this.errors;
    console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
  }

  printsToStdio(): boolean {
    return false;
  }
}

function name(test: TestCase): string {
  return test.titlePath().filter(Boolean).join(" › ");
}
