// A real `outfit serve` beside the test, with bundles, keys and a certificate of its own.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PYTHON = process.env.PYTHON ?? join(ROOT, ".venv/bin/python");
const CERTIFICATE = // the line of docs/service.md
  "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=outfit " +
  "-addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout server.key -out server.crt";

function python(...words) {
  const options = { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] };
  return execFileSync(PYTHON, words, options);
}

// A folder with two bundles, a certificate, and keys of one scope and of all.
export function prepare() {
  const folder = mkdtempSync(join(tmpdir(), "outfit-node-"));
  python("-m", "tests.node.bundles", folder);
  execFileSync("openssl", CERTIFICATE.split(" "), { cwd: folder, stdio: "pipe" });
  const files = ["server.crt", "server.key", "keys.json"];
  const [cert, key, keys] = files.map((name) => join(folder, name));
  const addKey = (name, ...scopes) => {
    const flags = scopes.flatMap((scope) => ["--scope", scope]);
    return python("-m", "serving", "keys", "add", name, "--keys", keys, ...flags).trim();
  };
  return {
    folder,
    certificate: readFileSync(cert),
    reader: addKey("reader", "read"),
    owner: addKey("owner", "read", "write", "operate"),
    protection: ["--tls-cert", cert, "--tls-key", key, "--keys", keys],
    remove: () => rmSync(folder, { recursive: true }),
  };
}

// Resolves to the address of a server, and what ends it, once it answers.
export async function serve(shop, flags) {
  const [bundles, log] = ["bundles", "server.log"].map((name) => join(shop.folder, name));
  const words = ["-m", "serving", "serve", "--bundles", bundles, "--port", "0", ...flags];
  const stdio = ["ignore", "pipe", openSync(log, "a")];
  const server = spawn(PYTHON, words, { cwd: ROOT, stdio });
  const ended = new Promise((resolve) => server.once("exit", resolve));
  const stop = () => {
    server.kill("SIGTERM");
    return ended;
  };
  for await (const line of createInterface({ input: server.stdout })) {
    const told = /^serving .* on (\S+)$/.exec(line);
    if (told) return { address: told[1], stop };
  }
  throw new Error(`outfit serve ended: ${readFileSync(log, "utf8")}`);
}
