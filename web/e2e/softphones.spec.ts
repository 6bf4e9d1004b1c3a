import { expect, type Page } from "@playwright/test";
import { test as base } from "./fixtures";
import { type Softphones, startSoftphones } from "./softphones";

// The sandbox's Twilio as an app of somebody else's meets it: the Voice SDK alone, without answerOnBridge.

/** Dials the client that is asked for, with parameters of odd names. */
const twiml = (params: URLSearchParams) => `<Response><Dial><Client><Identity>${params.get("To")}</Identity>
  <Parameter name="duplicate" value="123"/><Parameter name="custom + param" value="我不吃蛋"/>
  <Parameter name="duplicate" value="123456"/><Parameter name="foobar" value="some + value"/>
</Client></Dial></Response>`;

const test = base.extend<object, { phones: Softphones }>({
  phones: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs from here
    async ({}, use) => {
      const phones = await startSoftphones(twiml);
      await use(phones);
      await phones.stop();
    },
    { scope: "worker", timeout: 90_000 },
  ],
});

/** Has the page do something. */
const run = (page: Page, code: string) => page.evaluate<unknown>(`(async () => { ${code} })()`);
const seen = (page: Page) => page.evaluate<string[]>("seen");
const sees = (page: Page, ...what: string[]) => expect.poll(() => seen(page)).toEqual(expect.arrayContaining(what));

test("a caller is accepted when the callee accepts, and not before", async ({ browsers, phones }) => {
  const browser = await browsers.with({ sound: 1000, permission: "granted" });
  const page = await browser.newPage();
  await page.goto(phones.page);
  await run(page, `await plug("ann", "ann", "${phones.signalling("dublin")}")`);
  await run(page, `await plug("bob", "bob", "${phones.signalling("roaming")}")`);
  await run(page, `await plug("desk", "bob", "${phones.signalling("sydney")}")`);
  await run(page, `await dial("ann", { To: "bob" })`);
  await sees(page, "ann ringing", "bob incoming", "desk incoming");
  expect(await seen(page)).not.toContain("ann accept");
  await run(page, "calls.bob.accept()");
  await sees(page, "ann accept", "bob accept", "desk cancel");

  expect(await run(page, "return ['ann', 'bob', 'desk'].map((name) => devices[name].edge)")).toEqual([
    "dublin",
    "ashburn",
    "sydney",
  ]);
  expect(await run(page, "return [...calls.bob.customParameters]")).toEqual([
    ["duplicate", "123456"],
    ["custom + param", "我不吃蛋"],
    ["foobar", "some + value"],
  ]);
  await messages(page, phones);
  await run(page, "calls.bob.disconnect()");
  await sees(page, "ann disconnect", "bob disconnect");
  await page.close();
});

/** Messages both ways, on both legs, and one that nobody understands. */
async function messages(page: Page, phones: Softphones) {
  const sid = String(await run(page, "return calls.ann.parameters.CallSid"));
  const callback = new URL("/message", phones.page).href;
  const made = await phones.rest(`/Calls/${sid}/UserDefinedMessageSubscriptions.json`, { Callback: callback });
  expect(made.status).toBe(201);
  const sent = await run(
    page,
    `return calls.ann.sendMessage({ content: { hello: "world" }, messageType: "user-defined-message" })`,
  );
  await sees(page, "ann messageSent");
  await expect.poll(() => phones.messages).toHaveLength(1);
  expect(phones.messages[0]).toMatchObject({
    CallSid: sid,
    Content: '{"hello":"world"}',
    ContentType: "application/json",
    SequenceNumber: "1",
    Sid: sent,
  });

  for (const name of ["ann", "bob"]) {
    const to = await run(page, `return calls.${name}.parameters.CallSid`);
    const { body } = await phones.rest(`/Calls/${to}/UserDefinedMessages.json`, { Content: '{"message":"ahoy"}' });
    await sees(page, `${name} messageReceived`);
    expect(await run(page, "return messages.at(-1)")).toEqual({
      to: name,
      content: { message: "ahoy" },
      contentType: "application/json",
      messageType: "user-defined-message",
      voiceEventSid: body.sid,
    });
  }

  await run(page, `calls.ann.sendMessage({ content: 1, messageType: "not-a-valid-message-type" })`);
  await sees(page, "ann error 31210");
}

test("what one of a clinician's devices does to a call, and a token that names nobody", async ({
  browsers,
  phones,
}) => {
  const browser = await browsers.with({ sound: 1000, permission: "granted" });
  const page = await browser.newPage();
  await page.goto(phones.page);
  const here = phones.signalling("roaming");
  await run(
    page,
    `await plug("who", "", "${here}"); await plug("one", "bob", "${here}"); await plug("two", "bob", "${here}")`,
  );

  await run(page, `await dial("who", { To: "bob" })`);
  await sees(page, "one incoming", "two incoming");
  expect(await run(page, "return calls.one.parameters.From")).toBe("client:Anonymous");
  await run(page, "calls.one.reject()");
  await sees(page, "one reject", "two cancel", "who disconnect");

  await run(page, `seen.length = 0; await dial("who", { To: "bob" })`);
  await sees(page, "one incoming", "two incoming");
  await run(page, "calls.one.ignore(); calls.two.accept()");
  await sees(page, "two accept", "who accept");
  await run(page, "calls.who.disconnect()");
  await sees(page, "two disconnect");

  await run(page, `seen.length = 0; await dial("who", { To: "nobody" })`);
  await sees(page, "who disconnect");
  expect(await seen(page)).not.toContain("who accept");
  await page.close();
});
