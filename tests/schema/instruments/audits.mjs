// The audits of GraphQL over HTTP that npm's graphql-http brings, against the server at SERVER, as the bearer of TOKEN.
import { auditServer } from "graphql-http";

const { SERVER, TOKEN } = process.env;
const authorization = `Bearer ${TOKEN}`;
const fetchFn = (address, init = {}) => fetch(address, { ...init, headers: { ...init.headers, authorization } });
const results = await auditServer({ url: SERVER, fetchFn });
console.log(JSON.stringify(results.map(({ id, name, status, reason }) => ({ id, name, status, reason }))));
