// Parses an AsyncAPI document with the reference parser; prints what it holds, or what is wrong with it.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, path] = process.argv.slice(2);
const { Parser, fromFile } = createRequire(pathToFileURL(`${modules}/`))("@asyncapi/parser");
const { document, diagnostics } = await fromFile(new Parser(), path).parse();
const faults = diagnostics.filter((one) => one.severity <= 1).map((one) => `${one.path.join("/")}: ${one.message}`);
const said = document && {
  version: document.version(),
  channels: Object.fromEntries(document.channels().all().map((one) => [one.id(), one.address()])),
  operations: document.operations().all().map((one) => one.id()),
  messages: document.messages().all().map((one) => one.id()),
  payloads: document.messages().all().filter((one) => one.payload()?.allOf()?.length === 2).length,
};
process.stdout.write(JSON.stringify({ faults, said }));
