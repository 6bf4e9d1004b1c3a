// Twilio's official library as a judge, asked line by line: each line of standard
// input is a JSON question, each line of standard output its answer.
//
//   {"ask":"sign","token":…,"url":…,"params":{…}}             → {"signature":…}
//   {"ask":"verify","token":…,"signature":…,"url":…,"params":{…}} → {"valid":…}
//   {"ask":"read","jwt":…,"secret":…}                         → {"header":…,"claims":…} or {"error":…}
//   {"ask":"twiml","callerId":…,…}                            → {"xml":…}
import { createRequire } from "node:module";
import readline from "node:readline";
import twilio from "twilio";

// The library's own JWT package, so that no second opinion slips in.
const jwt = createRequire(createRequire(import.meta.url).resolve("twilio"))("jsonwebtoken");

const answers = {
  sign: ({ token, url, params }) => ({ signature: expected(token, url, params) }),
  verify: ({ token, signature, url, params }) => ({ valid: twilio.validateRequest(token, signature, url, params) }),
  read: ({ jwt: text, secret }) => {
    const { header, payload } = jwt.verify(text, secret, { complete: true, algorithms: ["HS256"] });
    return { header, claims: payload };
  },
  twiml: ({ dial, number, to }) => {
    const response = new twilio.twiml.VoiceResponse();
    response.dial(dial).number(number, to);
    return { xml: response.toString() };
  },
};

function expected(token, url, params) {
  const { getExpectedTwilioSignature } = createRequire(import.meta.url)("twilio/lib/webhooks/webhooks.js");
  return getExpectedTwilioSignature(token, url, params);
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { ask, ...question } = JSON.parse(line);
  let answer;
  try {
    answer = answers[ask](question);
  } catch (error) {
    answer = { error: String(error.message) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
