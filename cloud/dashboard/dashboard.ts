// SPDX-License-Identifier: MIT
import { randomBytes, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Desk } from "../desk.js";
import { viewFleet } from "./view.js";

/** No bucket can have this name, so no S3 request begins so. */
const PREFIX = "/-/";
/** The page hears of changes at most this often. */
const INTERVAL_MS = 250;

/** The page's files, beside the source of this one. */
const files = Object.freeze({
  "": ["page.html", "text/html; charset=utf-8"],
  "page.css": ["page.css", "text/css; charset=utf-8"],
  "page.mjs": ["page.mjs", "text/javascript; charset=utf-8"],
  "plot.mjs": ["plot.mjs", "text/javascript; charset=utf-8"],
}) satisfies Readonly<Record<string, readonly [file: string, type: string]>>;

/** This file runs from build/node/cloud/dashboard. */
const folder = new URL("../../../../cloud/dashboard/", import.meta.url);

const headers = Object.freeze({
  "content-security-policy":
    "default-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
});

/**
 * The dashboard: one page that shows the fleet and its jobs, live by server-sent events.
 * Its address holds a secret; the page shows all and changes nothing.
 */
export class Dashboard {
  readonly #desk: Desk;
  readonly #secret = randomBytes(16).toString("base64url");
  readonly #viewers = new Set<ServerResponse>();
  #timer: NodeJS.Timeout | undefined;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** The address of the page under that of the REST API. */
  urlAt(endpoint: string): string {
    return `${endpoint}${PREFIX}${this.#secret}/`;
  }

  /** Answers a request for the page. @returns `false` when it is for something else. */
  serve(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.url?.startsWith(PREFIX) !== true) return false;
    const [secret = "", name, ...more] = request.url.slice(PREFIX.length).split("/");
    const isAllowed = request.method === "GET" && more.length === 0 && this.#isSecret(secret);
    this.#answer(isAllowed ? name : undefined, response);
    return true;
  }

  #answer(name: string | undefined, response: ServerResponse): void {
    if (name === "events") this.#watch(response);
    else if (name !== undefined && Object.hasOwn(files, name))
      sendFile(response, name as keyof typeof files);
    else response.writeHead(404, headers).end();
  }

  /** Call when something may have changed. */
  changed(): void {
    if (this.#viewers.size === 0) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const event = this.#event();
      for (const viewer of this.#viewers) viewer.write(event);
    }, INTERVAL_MS).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const viewer of this.#viewers) viewer.end();
  }

  #isSecret(text: string): boolean {
    const [given, own] = [Buffer.from(text), Buffer.from(this.#secret)];
    return given.length === own.length && timingSafeEqual(given, own);
  }

  #watch(response: ServerResponse): void {
    response.writeHead(200, { ...headers, "content-type": "text/event-stream" });
    response.write(this.#event());
    this.#viewers.add(response);
    response.on("close", () => this.#viewers.delete(response));
  }

  #event(): string {
    return `data: ${JSON.stringify(viewFleet(this.#desk))}\n\n`;
  }
}

function sendFile(response: ServerResponse, name: keyof typeof files): void {
  const [file, type] = files[name];
  response.writeHead(200, { ...headers, "content-type": type });
  response.end(readFileSync(new URL(file, folder)));
}
