/** Questions to the server: documents are files below `documents/`, answers are data or a `QueryError`. */
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

/** @type {Map<string, Promise<string>>} */
const documents = new Map();

/** @param {string} name @returns {Promise<string>} */
function documentOf(name) {
  let text = documents.get(name);
  if (!text) {
    text = fetch(`/documents/${name}.graphql`).then((answer) => {
      if (!answer.ok) throw new QueryError("NETWORK", `document ${name}: HTTP ${answer.status}`);
      return answer.text();
    });
    text.catch(() => documents.delete(name)); // a lost connection must not be remembered
    documents.set(name, text);
  }
  return text;
}

/** Fetch a document that a page is about to ask, while the page itself is still on its way. @param {string} name */
export const prepare = (name) => void documentOf(name).catch(() => undefined);

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
  const query = await documentOf(name);
  let answer, body;
  try {
    answer = await fetch("/graphql", {
      method: "POST", signal,
      headers: { "Content-Type": "application/json", Accept: "application/graphql-response+json, application/json", ...headers() },
      body: JSON.stringify({ query, variables }),
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
