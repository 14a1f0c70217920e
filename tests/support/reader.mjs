// Reads an export of duikou without any of its code: node reader.mjs ROOT EXPORT
// Checks the root, every signature and chain, the rolling hash, and every `seen` under it (PROTOCOL 5, WIRE 6-16).
// It judges form, not rules: what is not signed by a known key of its writer, or not next in its chain, is noise here.
// Keys are taken from mandates, whose thresholds only the auditor counts; of a continued topic it reads the first part.
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

const [root, file] = process.argv.slice(2);
const sha = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const decode = (text) => Buffer.from(text ?? "", "base64");
const json = (bytes) => JSON.parse(bytes.toString());
const number = (write, value) => { const bytes = Buffer.alloc(8); bytes[write](BigInt(value)); return bytes; };
const TYPE = "application/cloudevents+json";
const pae = (body) => Buffer.concat([Buffer.from(`DSSEv1 ${TYPE.length} ${TYPE} ${body.length} `), body]);
const key = (raw) => createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: decode(raw).toString("base64url") }, format: "jwk" });

function fail(record, why) {
  console.log(`${record.topic}/${record.offset}: ${why}`);
  process.exit(1);
}

function learn(topic, event, digest) {
  const body = event.data.mandate && json(decode(event.data.mandate.payload)).body;
  if (event.type === "duikou.trust.root_established.v1" && digest !== root) return;
  for (const entry of [body?.registry, body?.key]) {
    if (entry?.key && (entry.kind === "unit" || entry.kind === "registry")) (topic.keys[entry.holder] ??= []).push(key(entry.key));
  }
  if (event.type === "duikou.channel.ledger_reopened.v1") topic.heads[body.unit] = { epoch: body.epoch, sequence: 0, digest };
  const { root: first, envelope } = event.data.embedded ?? {};
  for (const inner of [first?.envelope, event.type.endsWith(".trust_copied.v1") && envelope]) {
    if (inner) learn(topic, json(decode(inner)), sha(decode(inner)).toString("hex"));
  }
}

function chained(topic, event, digest) {
  const head = (topic.heads[event.source] ??= { epoch: 1, sequence: 0, digest: "0".repeat(64) });
  const next = event.epoch === head.epoch && Number(event.sequence) === head.sequence + 1 && event.previous === head.digest;
  if (next) topic.heads[event.source] = { epoch: head.epoch, sequence: head.sequence + 1, digest };
  return next;
}

const topics = {};
const counts = { records: 0, signed: 0, noise: 0, seen: 0 };
for (const line of readFileSync(file, "utf8").split("\n").slice(1).filter(Boolean)) {
  const record = JSON.parse(line);
  if (!record.topic.endsWith(".1")) continue;
  const topic = (topics[record.topic] ??= { keys: {}, heads: {}, hashes: [Buffer.alloc(32)], agreed: -1, wrong: [] });
  if (record.offset !== topic.hashes.length - 1) fail(record, "another offset is next");
  const value = decode(record.value);
  const signature = decode(record.headers.find(([name]) => name === "signature")?.[1]);
  const place = [number("writeBigUInt64BE", record.offset), number("writeBigInt64BE", record.at)];
  topic.hashes.push(sha(topic.hashes.at(-1), ...place, sha(value), sha(signature)));
  counts.records += 1;
  let event;
  try { event = json(value); } catch { counts.noise += 1; continue; }
  const digest = sha(value).toString("hex");
  if (record.offset === 0) learn(topic, event, digest);
  const known = (topic.keys[event.source] ?? []).some((one) => verify(null, pae(value), one, signature));
  if (!known || !chained(topic, event, digest)) { counts.noise += 1; continue; }
  counts.signed += 1;
  if (record.offset > 0) learn(topic, event, digest);
  const [, offset, hash] = event.seen.split(".");
  const right = offset < record.offset && topic.hashes[Number(offset) + 1].toString("hex") === hash;
  if (right) topic.agreed = Math.max(topic.agreed, offset);
  else topic.wrong.push({ ...record, source: event.source, reach: Math.min(offset, record.offset) });
  counts.seen += right;
}
// A wrong `seen` about what somebody else's vouches for is its writer's error; beyond that the copy was changed.
for (const { agreed, wrong } of Object.values(topics)) {
  for (const one of wrong) if (one.reach > agreed) fail(one, `${one.source} has seen another log behind ${agreed}`);
}
console.log(JSON.stringify(counts));
process.exit(counts.signed > 0 ? 0 : 1);
