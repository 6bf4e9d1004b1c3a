import { expect, it } from "vitest";
import { claimsOf } from "./jwt";

const jwt = (claims: unknown) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.sig`;

it("reads claims of any alphabet, and none from what is no JWT", () => {
  expect(claimsOf(jwt({ name: "Zoë" })).name).toBe("Zoë");
  expect(claimsOf("opaque")).toEqual({});
  expect(claimsOf(jwt(null))).toEqual({});
});
