import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "e2e",
  outputDir: "artefacts/traces",
  globalSetup: "./e2e/setup.ts",
  // Each worker has a system of its own: a test may take the network away from it. More than two starve the sound.
  workers: 2,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  timeout: 180_000,
  expect: { timeout: 60_000 },
  reporter: [["list"], ["./e2e/reporter.ts"]],
  use: { actionTimeout: 60_000, navigationTimeout: 60_000 },
});
