// Questions of every kind, and what each answer has to hold.
import assert from "node:assert/strict";

const item = (item_id) => ({ item_id });
const CONTEXT = [item("i00000"), item("i00050")];
const BOOTS = { category: "boots" };
const RED_BOOTS = {
  item_id: "new",
  content: { ...BOOTS, title: "Red boots" },
  price: 80,
  availability: "AVAILABILITY_IN_STOCK",
};

// By the name that a stream gives them.
export const QUESTIONS = {
  score_outfits: { outfits: [{ items: CONTEXT }] },
  fill_in_the_blank: { context: CONTEXT, candidates: [item("i00100"), item("i00150")] },
  retrieve_complements: { context: CONTEXT, slot: BOOTS, k: 3 },
  embed_target: { context: CONTEXT, slot: BOOTS },
  explain_outfit: { items: CONTEXT },
};

// Method, request, and the code, the reason and the field that it is refused with.
export const UNKNOWN_CANDIDATE = { context: CONTEXT, candidates: [item("i00100"), item("nobody")] };
const TOO_MANY = { ...QUESTIONS.retrieve_complements, k: 1_001 };
const NO_CATEGORY = { ...QUESTIONS.embed_target, slot: { category: "swords" } };
export const REFUSED = [
  ["FillInTheBlank", UNKNOWN_CANDIDATE, "NOT_FOUND", "UNKNOWN_ITEM", "candidates[1].item_id"],
  ["RetrieveComplements", TOO_MANY, "INVALID_ARGUMENT", "INVALID_FIELD", "k"],
  ["EmbedTarget", NO_CATEGORY, "INVALID_ARGUMENT", "UNKNOWN_CATEGORY", "slot.category"],
];

// In this order, as each changes what the next one finds.
export const CALLS = {
  "OutfitService/ScoreOutfits": [QUESTIONS.score_outfits, ({ scores }) => {
    assert.equal(scores.length, 1);
    within(scores[0].probability, 0, 1);
  }],
  "OutfitService/FillInTheBlank": [QUESTIONS.fill_in_the_blank, ({ ranked }) => {
    assert.deepEqual(ranked.map((one) => one.position).sort(), [0, 1]);
    assert.ok(ranked[0].logit >= ranked[1].logit);
  }],
  "OutfitService/RetrieveComplements": [QUESTIONS.retrieve_complements, ({ complements }) => {
    assert.equal(complements.length, 3);
    assert.ok(complements[0].similarity >= complements[2].similarity);
  }],
  "OutfitService/EmbedTarget": [QUESTIONS.embed_target, ({ vector }) => {
    within(Math.hypot(...vector), 0.9999, 1.0001);
  }],
  "OutfitService/ExplainOutfit": [QUESTIONS.explain_outfit, ({ score, empty_logit, items }) => {
    const sum = items.reduce((total, one) => total + one.contribution, empty_logit);
    within(sum - score.logit, -1e-4, 1e-4);
  }],
  "CatalogService/UpsertItems": [{ items: [RED_BOOTS] }, ({ provenance }) => {
    assert.ok(provenance.overlay_version >= 1);
  }],
  "CatalogService/BatchGetItems": [{ item_ids: ["new", "nobody"] }, ({ items, provenance }) => {
    const found = items.map((one) => [one.title, one.price, one.availability, one.updated]);
    assert.deepEqual(found, [["Red boots", 80, "AVAILABILITY_IN_STOCK", true]]);
    assert.deepEqual(provenance.missing_item_ids, ["nobody"]);
  }],
  "CatalogService/DeleteItems": [{ item_ids: ["new", "nobody"] }, ({ provenance }) => {
    assert.deepEqual(provenance.missing_item_ids, ["nobody"]);
  }],
  "CatalogService/ListCategories": [{}, ({ categories }) => {
    const boots = categories.find((one) => one.category === "boots");
    assert.equal(boots.slot, "shoes");
    assert.ok(boots.num_items >= 3);
  }],
  "BundleService/ActivateBundle": [{ name: "summer" }, ({ bundle }) => {
    assert.deepEqual([bundle.name, bundle.active], ["summer", true]);
  }],
  "BundleService/ListBundles": [{}, ({ bundles }) => {
    const found = bundles.map((one) => [one.name, one.active, one.readable]);
    assert.deepEqual(found, [["spring", false, true], ["summer", true, true]]);
  }],
  "BundleService/RollBackBundle": [{}, ({ bundle }) => {
    assert.deepEqual([bundle.name, bundle.active], ["spring", true]);
  }],
};

function within(number, least, most) {
  assert.ok(least <= number && number <= most, `${number} is not within ${least} and ${most}`);
}
