/** Questions to the server: documents are files below `documents/` that it knows by digest; answers are data or a `QueryError`. */
import { language } from "./i18n.js";
import { useCallback, useEffect, useReducer, useState } from "./ui.js";
import { token } from "./session.js";

/** What the server, or the way to it, said instead of an answer; `code` is the contract's, or `NETWORK`. */
export class QueryError extends Error {
  /** @param {string} code @param {string} message @param {string} [errorId] */
  constructor(code, message, errorId) {
    super(message);
    this.code = code;
    this.errorId = errorId;
  }
}

/** @type {Promise<Map<string, string>> | null} */
let manifest = null;

/** The ids of our documents by their names: the server knows the texts. @returns {Promise<Map<string, string>>} */
function idsOfDocuments() {
  if (!manifest) {
    manifest = fetch("/documents/manifest.json").then(async (answer) => {
      if (!answer.ok) throw new QueryError("NETWORK", `documents/manifest.json: HTTP ${answer.status}`);
      return new Map(Object.entries(await answer.json()).map(([id, name]) => [name, id]));
    });
    manifest.catch(() => { manifest = null; }); // a lost connection must not be remembered
  }
  return manifest;
}

/** Fetch what every question needs, while the page itself is still on its way. */
export const prepare = () => void idsOfDocuments().catch(() => undefined);

/** The headers by which a request says who asks and in which language. @returns {Record<string, string>} */
export function headers() {
  const bearer = token();
  return { "Accept-Language": language() === "zh" ? "zh-CN" : "en", ...(bearer ? { Authorization: `Bearer ${bearer}` } : {}) };
}

/**
 * Ask one document; errors of single fields come with the rest of the data as `errors`.
 * @param {string} name @param {Record<string, unknown>} [variables] @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function ask(name, variables = {}, signal) {
  const documentId = (await idsOfDocuments()).get(name);
  const Accept = "application/graphql-response+json, application/json";
  let answer, body;
  try {
    answer = token()
      ? await fetch("/graphql", {
        method: "POST", signal,
        headers: { "Content-Type": "application/json", Accept, ...headers() },
        body: JSON.stringify({ documentId, variables }),
      })
      // What is public is asked by an address, so that the browser need not fetch again what did not change.
      : await fetch(`/graphql?${new URLSearchParams({ documentId: documentId ?? "", variables: JSON.stringify(variables) })}`, {
        signal, headers: { Accept, ...headers() },
      });
    body = await answer.json();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new QueryError("NETWORK", String(error instanceof Error ? error.message : error));
  }
  const first = body.errors?.[0];
  if (first && (body.data == null || Object.values(body.data).every((value) => value == null))) {
    throw new QueryError(first.extensions?.code ?? "UNKNOWN", first.message, first.extensions?.errorId);
  }
  return body.data;
}

/**
 * @typedef {{ data: any, error: QueryError | null, loading: boolean, again: () => void }} Answered
 */

/** A question as part of a view; `variables` of `null` means not yet. @param {string} name @param {Record<string, unknown> | null} [variables] @returns {Answered} */
export function useAnswer(name, variables = {}) {
  const key = JSON.stringify([name, variables, token(), language()]);
  const [turn, more] = useReducer((/** @type {number} */ n) => n + 1, 0);
  const [state, set] = useState(/** @type {{ key: string, data: any, error: QueryError | null }} */ ({ key: "", data: null, error: null }));
  useEffect(() => {
    if (variables === null) return undefined;
    const stop = new AbortController();
    ask(name, variables, stop.signal).then(
      (data) => set({ key, data, error: null }),
      (error) => stop.signal.aborted || set({ key, data: null, error }),
    );
    return () => stop.abort();
  }, [key, turn]);
  const again = useCallback(() => more(0), []);
  return { data: state.data, error: state.key === key ? state.error : null, loading: variables !== null && state.key !== key, again };
}
