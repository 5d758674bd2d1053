// The contract as another language sees it: Node with its own gRPC and protobuf, a real server.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import grpc from "@grpc/grpc-js";
import reflection from "grpc-js-reflection-client";
import { SERVICES, ask, askMany, bearing, contract, detailsOf, statusOf } from "./contract.js";
import { CALLS, QUESTIONS, REFUSED, UNKNOWN_CANDIDATE } from "./questions.js";
import { prepare, serve } from "./server.js";

let shop;
before(() => {
  shop = prepare();
});
after(() => shop.remove());

describe("in clear on loopback", () => {
  let server;
  const plain = () => ({
    address: server.address,
    credentials: grpc.credentials.createInsecure(),
  });
  before(async () => {
    server = await serve(shop, []);
    await ask("BundleService", "ActivateBundle", { name: "spring" }, plain());
  });
  after(async () => assert.equal(await server.stop(), 0));

  testReflection(plain);
  testContract(plain);
});

describe("over TLS with a key", () => {
  let server;
  const encrypted = () => ({
    address: server.address.replace("127.0.0.1", "localhost"),
    credentials: grpc.credentials.createSsl(shop.certificate),
  });
  const withKey = (key) => {
    const { address, credentials } = encrypted();
    const both = grpc.credentials.combineChannelCredentials(credentials, bearing(key));
    return { address, credentials: both };
  };
  before(async () => {
    server = await serve(shop, shop.protection);
    await ask("BundleService", "ActivateBundle", { name: "spring" }, withKey(shop.owner));
  });
  after(async () => assert.equal(await server.stop(), 0));

  testReflection(encrypted); // and health, which need no key
  testContract(() => withKey(shop.owner));

  test("a call without a key is refused", async () => {
    const keyless = encrypted();
    const error = await refusal("OutfitService", "EmbedTarget", QUESTIONS.embed_target, keyless);
    assert.equal(error.code, grpc.status.UNAUTHENTICATED);
    assert.equal(detailsOf(statusOf(error)).ErrorInfo.reason, "UNAUTHENTICATED");
  });

  test("a key without the scope is refused", async () => {
    const reader = withKey(shop.reader);
    const error = await refusal("CatalogService", "DeleteItems", { item_ids: ["i00000"] }, reader);
    assert.equal(error.code, grpc.status.PERMISSION_DENIED);
    assert.equal(detailsOf(statusOf(error)).ErrorInfo.reason, "FORBIDDEN");
  });

  test("a call in clear is refused", async () => {
    const plain = { ...encrypted(), credentials: grpc.credentials.createInsecure() };
    const error = await refusal("OutfitService", "EmbedTarget", QUESTIONS.embed_target, plain);
    assert.equal(error.code, grpc.status.UNAVAILABLE);
  });
});

function testReflection(at) {
  const reflected = (version) =>
    new reflection.GrpcReflection(at().address, at().credentials, {}, version);

  for (const version of ["v1", "v1alpha"]) {
    test(`reflection ${version} lists the services and describes each`, async () => {
      const listed = await reflected(version).listServices();
      const wanted = [...SERVICES.map((name) => `outfit.v1.${name}`), "grpc.health.v1.Health"];
      assert.deepEqual(wanted.filter((name) => !listed.includes(name)), []);
      for (const name of listed) {
        const described = await reflected(version).getDescriptorBySymbol(name);
        const path = [described.getPackageObject(), ...name.split(".")];
        assert.ok(path.reduce((within, part) => within[part]).service, name);
      }
    });
  }

  test("reflection describes health, so that it is watched without a file", async () => {
    const described = await reflected("v1").getDescriptorBySymbol("grpc.health.v1.Health");
    const { Health } = described.getPackageObject({ enums: String }).grpc.health.v1;
    const health = new Health(at().address, at().credentials);
    const watch = health.Watch({ service: "outfit.v1.OutfitService" });
    watch.on("error", () => {}); // it is cancelled below
    const told = await new Promise((resolve) => watch.once("data", resolve));
    watch.cancel();
    health.close();
    assert.equal(told.status, "SERVING");
  });
}

function testContract(at) {
  for (const [name, [request, holds]] of Object.entries(CALLS)) {
    test(`${name} is answered`, async () => {
      const response = await ask(...name.split("/"), request, at());
      assert.ok(response.provenance.bundle_id);
      holds(response);
    });
  }

  test("StreamAnswers answers every kind of question, and tells what is wrong", async () => {
    const questions = Object.entries(QUESTIONS).map(([kind, question]) => ({
      correlation_id: kind,
      [kind]: question,
    }));
    const wrong = { correlation_id: "wrong", fill_in_the_blank: UNKNOWN_CANDIDATE };
    const { wrong: refused, ...answers } = await askMany([...questions, wrong], at());
    assert.deepEqual(Object.keys(answers).sort(), Object.keys(QUESTIONS).sort());
    for (const [kind, answer] of Object.entries(answers)) assert.equal(answer.answer, kind);
    assert.equal(refused.status.code, grpc.status.NOT_FOUND);
    const { BadRequest } = detailsOf(refused.status);
    assert.equal(BadRequest.field_violations[0].field, "candidates[1].item_id");
  });

  test("no method of the contract is left out", () => {
    const methods = SERVICES.flatMap((service) =>
      Object.keys(contract[service].service).map((method) => `${service}/${method}`));
    const asked = [...Object.keys(CALLS), "OutfitService/StreamAnswers"];
    assert.deepEqual(asked.sort(), methods.sort());
  });

  for (const [method, request, code, reason, field] of REFUSED) {
    test(`${method} that is refused with ${reason} names the field`, async () => {
      const error = await refusal("OutfitService", method, request, at());
      const status = statusOf(error);
      const { ErrorInfo, BadRequest, RequestInfo } = detailsOf(status);
      assert.deepEqual([error.code, status.code], [grpc.status[code], grpc.status[code]]);
      assert.deepEqual([ErrorInfo.domain, ErrorInfo.reason], ["outfit.v1", reason]);
      assert.deepEqual(BadRequest.field_violations.map((one) => one.field), [field]);
      assert.match(BadRequest.field_violations[0].description, /^expected .*, got /);
      assert.equal(RequestInfo.request_id, error.metadata.get("x-request-id")[0]);
    });
  }
}

async function refusal(service, method, request, at) {
  return ask(service, method, request, at).then(
    () => assert.fail("it was answered"),
    (error) => error,
  );
}
