// SPDX-License-Identifier: MIT
import { IotError } from "../errors.js";
import type { Desk } from "../desk.js";
import { decodePercent } from "../files/url.js";
import type { CertificateAuthority } from "../security/authority.js";

/** A request of the control plane, taken apart. */
export interface ApiRequest {
  /** The parts of the path that a route names, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly authority: CertificateAuthority;
  /** The fields of the JSON body; none when there is no body. */
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Serves one operation; what it gives is the JSON of the reply. It runs inside `desk.run`; one that
 * waits must do what it does after that in a run of its own.
 */
export type Operation = (desk: Desk, request: ApiRequest) => object | Promise<object>;

/** "METHOD /path/{param}", as the API reference writes it, with what serves it. */
export type Routes = Readonly<Record<string, Operation>>;

interface Route {
  readonly pattern: RegExp;
  readonly serve: Operation;
}

/** Finds the operation of a request. */
export class Router {
  readonly #routes: readonly Route[];

  constructor(...tables: readonly Routes[]) {
    // a path without parameters goes before one with: "/things/$next" before "/things/{thingName}"
    const words = (name: string): number => name.split("{").length;
    this.#routes = tables
      .flatMap(table => Object.entries(table))
      .sort(([a], [b]) => words(a) - words(b))
      .map(([name, serve]) => ({ pattern: compile(name), serve }));
  }

  /** @throws IotError "ResourceNotFound" when no route fits, "InvalidRequest"; whatever the operation throws. */
  serve(
    desk: Desk,
    method: string,
    target: string,
    rest: Omit<ApiRequest, "params" | "query">,
  ): object | Promise<object> {
    const [path = "", query = ""] = target.split("?");
    for (const { pattern, serve } of this.#routes) {
      const match = pattern.exec(`${method} ${path}`);
      if (match === null) continue;
      const groups = Object.entries(match.groups ?? {});
      const params = Object.fromEntries(groups.map(([k, v]) => [k, decodePart(v)]));
      return serve(desk, { ...rest, params, query: new URLSearchParams(query) });
    }
    throw new IotError("ResourceNotFound", `The desk cloud has no operation ${method} ${path}`);
  }
}

function decodePart(text: string): string {
  const part = decodePercent(text);
  if (part !== undefined) return part;
  throw new IotError("InvalidRequest", `The path is not percent-encoded: ${text}`);
}

function compile(name: string): RegExp {
  const escaped = name.replace(/[.$]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`);
}

/** The parameter of that name, which the route has. */
export function param({ params }: ApiRequest, name: string): string {
  return params[name] ?? "";
}

/** The body of a request with what its path says. */
export function inputOf({ params, body }: ApiRequest): object {
  return { ...body, ...params };
}

/** A field of the body that is text. @throws IotError "InvalidRequest". */
export function nameField({ body }: ApiRequest, name: string): string {
  const value = body[name];
  if (typeof value === "string") return value;
  throw new IotError("InvalidRequest", `${name} is missing`);
}

/** A query parameter that says true or false; absent is `false`. */
export function flag({ query }: ApiRequest, name: string): boolean {
  return query.get(name) === "true";
}

/** A query parameter that is a whole number, or `undefined` when it is absent. */
export function number({ query }: ApiRequest, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw new IotError("InvalidRequest", `${name} must be a whole number`);
}

const DEFAULT_PAGE = 25;
const MAX_PAGE = 250;

/** One page of a list: `maxResults` (or `pageSize`) items from where `nextToken` (or `marker`) points. */
export function page<T>(
  items: readonly T[],
  request: ApiRequest,
): { items: readonly T[]; nextToken?: string } {
  const first = firstOf(request.query);
  const size = number(request, "maxResults") ?? number(request, "pageSize") ?? DEFAULT_PAGE;
  if (size < 1 || size > MAX_PAGE) {
    throw new IotError("InvalidRequest", `maxResults must be 1 to ${MAX_PAGE}`);
  }
  const last = first + size;
  const nextToken = Buffer.from(String(last)).toString("base64url");
  return { items: items.slice(first, last), ...(last < items.length && { nextToken }) };
}

function firstOf(query: URLSearchParams): number {
  const token = query.get("nextToken") ?? query.get("marker") ?? "";
  const first = Number(Buffer.from(token, "base64url").toString());
  if (Number.isInteger(first)) return first;
  throw new IotError("InvalidRequest", "nextToken is not valid");
}

/** Seconds since the epoch with a fraction, as the REST API carries time; `undefined` stays so. */
export function time(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
