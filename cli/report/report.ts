// SPDX-License-Identifier: MIT

/** What was found in a file: facts for a person and a program alike, and what is wrong. */
export interface Report {
  /** "image", "slot-a", "job document", … */
  readonly kind: string;
  readonly facts: Readonly<Record<string, string | number>>;
  /** What is wrong, each with where and what to do; empty when nothing is. */
  readonly problems: readonly string[];
  /** Reports on the parts. */
  readonly parts: readonly Report[];
}

/** A report being written. */
export class ReportWriter {
  readonly #kind: string;
  readonly #facts: Record<string, string | number> = {};
  readonly #problems: string[] = [];
  readonly #parts: Report[] = [];

  constructor(kind: string) {
    this.#kind = kind;
  }

  fact(name: string, value: string | number): void {
    this.#facts[name] = value;
  }

  problem(text: string): void {
    this.#problems.push(text);
  }

  part(report: Report): void {
    this.#parts.push(report);
  }

  /** Runs `look`; what it throws is a problem. @returns `undefined` then. */
  attempt<Result>(look: () => Result): Result | undefined {
    try {
      return look();
    } catch (error) {
      this.problem(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  finish(): Report {
    const [kind, facts, problems, parts] = [this.#kind, this.#facts, this.#problems, this.#parts];
    return { kind, facts, problems, parts };
  }
}

/** All problems of a report and of its parts, each with the part's name before it. */
export function allProblems({ kind, problems, parts }: Report): string[] {
  const inParts = parts.flatMap(allProblems);
  return [...problems, ...inParts].map(text => `${kind}: ${text}`);
}

/** A report as text. */
export function formatReport(report: Report, indent = ""): string {
  const width = Math.max(0, ...Object.keys(report.facts).map(name => name.length));
  return [
    `${indent}${report.kind}`,
    ...Object.entries(report.facts).map(
      ([name, value]) => `${indent}  ${name.padEnd(width)}  ${value}`,
    ),
    ...report.problems.map(text => `${indent}  ! ${text}`),
    ...report.parts.map(part => formatReport(part, `${indent}  `)),
  ].join("\n");
}
