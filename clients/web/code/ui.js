/** The view library in one place: Preact, its hooks, and htm bound to it. */
import { h, render, Fragment } from "../vendor/preact/preact.js";
import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from "../vendor/preact/hooks.js";
import htm from "../vendor/htm/htm.js";

export const html = htm.bind(h);
export { Fragment, render, useCallback, useEffect, useMemo, useReducer, useRef, useState };
