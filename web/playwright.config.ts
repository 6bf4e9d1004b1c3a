import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "e2e",
  outputDir: "artefacts/traces",
  globalSetup: "./e2e/setup.ts",
  // One after another: a test may take the whole network away from the system it shares with others.
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  timeout: 180_000,
  expect: { timeout: 60_000 },
  reporter: [["list"], ["./e2e/reporter.ts"]],
  use: { actionTimeout: 60_000, navigationTimeout: 60_000 },
});
