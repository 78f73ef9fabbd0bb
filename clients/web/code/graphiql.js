/** GraphiQL from vendored files, with one example a role.  The token stays in this page alone. */

/** Example queries by role, each with its explanation in both languages. */
const EXAMPLES = [
  `# 公众：在哪里扶贫、扶了多少（无需令牌）
# Public: where, and how much (no token needed)
query PublicFigures {
  disclosure {
    position
    rows { year region { name } area { name nameEn } received { quantity } spent { quantity } }
  }
  checkpoint { size root }
}`,
  `# 捐赠人：我的捐赠去了哪里
# Donor: where did my gift go
query WhereDidItGo($position: BigInt! = "4") {
  traceDonation(position: $position) {
    amount { quantity }
    steps { position kind effective from { key projectName } to { key } amount { quantity } }
    ends { state account { key } amount { quantity } since }
  }
}`,
  `# 机构工作人员：本机构的账户与待定导入（上方填令牌）
# Officer: accounts and import decisions of one's own organization (token above)
query MyDesk {
  accounts(first: 20) { nodes { key book class balance { quantity asset { code } } } }
  importDecisions(first: 20, where: {state: {eq: OPEN}}) { totalCount nodes { position number reason suggestion } }
}`,
  `# 审计人员：账户对账单与包含证明（上方填令牌）
# Auditor: an account's statement, and a proof of inclusion (token above)
query Audit($account: String! = "hope-general", $position: BigInt! = "4") {
  account(by: {key: $account}) {
    balance { quantity }
    statement(first: 50) { nodes { sequence position direction amount { quantity } totalIn { quantity } totalOut { quantity } } }
  }
  entry(position: $position) { leaf leafHash state }
  inclusionProof(position: $position) { size root hashes checkpoint }
}`,
  `# 核查人员：这笔拨付的钱从哪里来；有违规标记的条目（上方填令牌）
# Inspector: where did this payment's money come from; entries with declared breaches (token above)
query Inspect($position: BigInt! = "6") {
  traceDisbursement(position: $position) { amount { quantity } ends { state account { key } amount { quantity } } }
  entries(first: 20, where: {breachCount: {gt: 0}}) { totalCount nodes { position kind effective breaches { code facts } } }
}`,
];

/** @type {any} */
const { React, ReactDOM, GraphiQL } = globalThis;
const token = /** @type {HTMLInputElement} */ (document.getElementById("token"));
const place = /** @type {HTMLElement} */ (document.getElementById("graphiql"));

/** @param {unknown} question @param {{ headers?: Record<string, string> }} [options] */
async function fetcher(question, options = {}) {
  const bearer = token.value.trim();
  const answer = await fetch("/graphql", {
    method: "POST",
    headers: { ...options.headers, "Content-Type": "application/json", ...(bearer ? { Authorization: `Bearer ${bearer}` } : {}) },
    body: JSON.stringify(question),
  });
  return answer.json();
}

place.textContent = "";
const root = ReactDOM.createRoot(place);

/** Without a token nobody may introspect: `null` asks for no schema, and /schema.graphql has it to read. */
function draw() {
  const schema = token.value.trim() ? undefined : null;
  root.render(React.createElement(GraphiQL, { fetcher, schema, defaultTabs: EXAMPLES.map((query) => ({ query })), shouldPersistHeaders: false }));
}

token.addEventListener("change", draw);
draw();
