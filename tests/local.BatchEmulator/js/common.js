// What the scripts share: the client, waiting, reading, error codes.
"use strict";
const path = require("path");
const [modules, url, account, key] = process.argv.slice(2);
const { BatchServiceClient, BatchSharedKeyCredentials } = require(path.join(modules, "@azure/batch"));

const client = new BatchServiceClient(new BatchSharedKeyCredentials(account, key), url);

async function until(read, done) {
  const deadline = Date.now() + 60000;
  for (;;) {
    const value = await read();
    if (done(value)) return value;
    if (Date.now() > deadline) throw new Error("not in time: " + JSON.stringify(value));
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

async function text(response) {
  const chunks = [];
  for await (const chunk of response.readableStreamBody) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function code(action) {
  try {
    await action();
    return "none";
  } catch (e) {
    return (e.body && e.body.code) || e.code || String(e);
  }
}

module.exports = { client, until, text, code };
