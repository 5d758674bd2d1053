// What a client gets from the folder `protos`: a class for each service, and the details of errors.
import { join } from "node:path";
import grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { ROOT } from "./server.js";

const FILES = ["outfit_service", "catalog_service", "bundle_service"];
const DETAILS = "google/rpc/error_details.proto";
const definitions = loadSync([...FILES.map((name) => `outfit/v1/${name}.proto`), DETAILS], {
  includeDirs: [join(ROOT, "protos")],
  keepCase: true,
  longs: Number,
  enums: String,
  defaults: true,
  oneofs: true,
});

export const contract = grpc.loadPackageDefinition(definitions).outfit.v1;
export const SERVICES = ["OutfitService", "CatalogService", "BundleService"];
const deadline = () => ({ deadline: Date.now() + 10_000 });

// Details by kind, such as BadRequest, of a google.rpc.Status.
export function detailsOf(status) {
  const details = status.details.map(({ type_url, value }) => {
    const type = type_url.split("/").pop();
    return [type.split(".").pop(), definitions[type].deserialize(value)];
  });
  return Object.fromEntries(details);
}

// The google.rpc.Status of an error that a call ended with; grpc-js gives its bytes alone.
export function statusOf(error) {
  const [trailer] = error.metadata.get("grpc-status-details-bin");
  return definitions["google.rpc.Status"].deserialize(trailer);
}

// The answer to a unary call, or the error that it ends with.
export function ask(service, method, request, { address, credentials }) {
  const stub = new contract[service](address, credentials);
  return new Promise((resolve, reject) => {
    stub[method](request, deadline(), (error, response) => {
      stub.close();
      if (error) reject(error);
      else resolve(response);
    });
  });
}

// Answers to the questions of a stream, by correlation id.
export function askMany(questions, { address, credentials }) {
  const stub = new contract.OutfitService(address, credentials);
  const call = stub.StreamAnswers(deadline());
  const answers = {};
  return new Promise((resolve, reject) => {
    call.on("data", (answer) => {
      answers[answer.correlation_id] = answer;
    });
    call.on("error", reject);
    call.on("end", () => {
      stub.close();
      resolve(answers);
    });
    for (const question of questions) call.write(question);
    call.end();
  });
}

// Call credentials that show a key.
export function bearing(key) {
  return grpc.credentials.createFromMetadataGenerator((_, done) => {
    const metadata = new grpc.Metadata();
    metadata.set("authorization", `Bearer ${key}`);
    done(null, metadata);
  });
}
