// Fine-tunes a model and uses it with the official Node SDK, and prints what it saw as JSON for test_trainer_node_sdk.py.
// node journey.mjs BASE_URL KEY MODEL TRAINING_FILE
import fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import OpenAI, { toStreamingFile } from "openai";

const [baseURL, apiKey, model, path] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const jobs = client.fineTuning.jobs;
const seen = {};

async function refused(asked) {
  try {
    await asked;
  } catch (error) {
    return { kind: error.constructor.name, status: error.status, code: error.code, param: error.param };
  }
  return null;
}

async function ended(id) {
  for (;;) {
    const job = await jobs.retrieve(id);
    if (["succeeded", "failed", "cancelled"].includes(job.status)) return job;
    await sleep(200);
  }
}

// Files
const file = await client.files.create({ file: fs.createReadStream(path), purpose: "fine-tune" });
const streamed = await client.files.create({ file: await toStreamingFile(fs.createReadStream(path), "streamed.jsonl"), purpose: "fine-tune" });
seen.files = {
  status: (await client.files.waitForProcessing(file.id)).status,
  same: (await (await client.files.content(file.id)).text()) === fs.readFileSync(path, "utf8"),
  listed: [],
  deleted: (await client.files.delete(streamed.id)).deleted,
  bytes: [file.bytes, streamed.bytes, fs.statSync(path).size],
};
for await (const one of client.files.list({ limit: 1 })) seen.files.listed.push(one.id === file.id);

// A job, from its start to its model
const method = { type: "supervised", supervised: { hyperparameters: { n_epochs: 3, batch_size: 6 } } };
const order = { model, training_file: file.id, validation_file: file.id, suffix: "node", seed: 7, method, metadata: { by: "node" } };
const created = await jobs.create(order, { headers: { "Idempotency-Key": "node" } });
const again = await jobs.create(order, { headers: { "Idempotency-Key": "node" } });
const job = await ended(created.id);
const events = [];
for await (const event of jobs.listEvents(job.id, { limit: 3 })) events.push(event);
const checkpoints = [];
for await (const one of jobs.checkpoints.list(job.id, { limit: 2 })) checkpoints.push(one.step_number);
seen.job = {
  once: created.id === again.id,
  status: job.status,
  model: job.fine_tuned_model,
  epochs: job.method.supervised.hyperparameters.n_epochs,
  steps: events.filter((event) => event.type === "metrics").map((event) => event.data.step),
  doubled: events.length - new Set(events.map((event) => event.id)).size,
  checkpoints,
  results: (await (await client.files.content(job.result_files[0])).text()).split("\n")[0].trim(),
  found: (await jobs.list({ metadata: { by: "node" } })).data.map((one) => one.id === job.id),
};

// Pause, resume, cancel
const other = await jobs.create({ model, training_file: file.id, hyperparameters: { n_epochs: 50 } });
seen.states = [(await jobs.pause(other.id)).status];
seen.states.push(["queued", "validating_files", "running"].includes((await jobs.resume(other.id)).status));
seen.states.push((await jobs.cancel(other.id)).status);

// Answers
const messages = [{ role: "system", content: "Say the aisle." }, { role: "user", content: "Where is the lamp?" }];
const asked = { model: job.fine_tuned_model, messages, temperature: 0, max_completion_tokens: 24 };
const whole = await client.chat.completions.create({ ...asked, logprobs: true, top_logprobs: 2 });
let text = "";
let usage = null;
for await (const chunk of await client.chat.completions.create({ ...asked, stream: true, stream_options: { include_usage: true } })) {
  text += chunk.choices[0]?.delta?.content ?? "";
  usage = chunk.usage ?? usage;
}
const runner = client.chat.completions.stream(asked);
const schema = { type: "object", properties: { aisle: { enum: ["A", "B", "C"] } }, required: ["aisle"], additionalProperties: false };
const response_format = { type: "json_schema", json_schema: { name: "place", strict: true, schema } };
const parsed = await client.chat.completions.parse({ ...asked, model, response_format });
const two = await client.chat.completions.create({ ...asked, n: 2, temperature: 1, seed: 5, stop: ["}"], presence_penalty: 0.5, frequency_penalty: 0.5 });
seen.chat = {
  text: whole.choices[0].message.content,
  finish: whole.choices[0].finish_reason,
  logprobs: whole.choices[0].logprobs.content.length === whole.usage.completion_tokens
    || whole.choices[0].logprobs.content.length + 1 === whole.usage.completion_tokens,
  streamed: text === whole.choices[0].message.content,
  usage: JSON.stringify(usage) === JSON.stringify(whole.usage),
  runner: (await runner.finalContent()) === whole.choices[0].message.content,
  parsed: parsed.choices[0].message.parsed,
  two: two.choices.length,
};
const vectors = await client.embeddings.create({ model: "wordllama-256", input: ["a parcel", "a package"] });
seen.embeddings = vectors.data.map((one) => one.embedding.length);

// Models, and what is refused
const names = [];
for await (const one of client.models.list()) names.push(one.id);
seen.models = {
  listed: names.includes(job.fine_tuned_model) && names.includes(model),
  retrieved: (await client.models.retrieve(job.fine_tuned_model)).id === job.fine_tuned_model,
  deleted: (await client.models.delete(job.fine_tuned_model)).deleted,
  after: await refused(client.models.retrieve(job.fine_tuned_model)),
};
seen.refused = {
  key: await refused(new OpenAI({ baseURL, apiKey: "no", maxRetries: 0 }).models.list()),
  file: await refused(client.files.retrieve("file-no")),
  method: await refused(jobs.create({ model, training_file: file.id, method: { type: "reinforcement" } })),
  chat: await refused(client.chat.completions.create({ ...asked, model, temperature: 9 })),
};
console.log(JSON.stringify(seen));
