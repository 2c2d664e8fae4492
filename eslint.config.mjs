// SPDX-License-Identifier: MIT
import tseslint from "typescript-eslint";

/** Nothing in the library knows a machine: no I/O, no Node, no ECMA-419 module. */
const notInTheLibrary = ["node:*", "embedded:*", "xs-ota/host/*", "xs-ota/common/*", "**/hosts/**"];
/** Tools may use the formats and the table of the agent's options, never the agent. */
const notInTheTools = [{ regex: "^xs-ota(/(agent/(?!config$)|download/).*)?$" }];

const layer = (files, patterns) => ({
  files,
  rules: { "no-restricted-imports": ["error", { patterns }] },
});

export default tseslint.config(
  { ignores: ["build/**", "node_modules/**", "**/*.mjs", "**/*.d.ts", "test/device/main.js"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: ["./tsconfig.json", "./tsconfig.device.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      complexity: ["error", 8],
      "max-lines": ["error", { max: 300, skipBlankLines: false }],
      "max-lines-per-function": ["error", 40],
    },
  },
  {
    // what runs on XS
    files: ["src/**", "pal/**", "hosts/**", "examples/**"],
    ignores: ["hosts/node/**"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector:
            "Literal[regex], Identifier[name='RegExp'], CallExpression[callee.property.name=/^(match|matchAll|search)$/]",
          message:
            "Each use of a regular expression loses memory in the Moddable SDK 8.2.3, and may spoil the heap (docs/adr/0022): see src/job/characters.ts.",
        },
      ],
    },
  },
  layer(["pal/*.ts"], [...notInTheLibrary, "./flash/*", "./boot/*"]),
  // What a delta makes of the running image is written by its PAL: src/delta is a format as src/image is.
  // Its deltas.ts has an id of its own, for a manifest may put another module in its place.
  layer(["pal/flash/**"], [...notInTheLibrary, "xs-ota/*", "!xs-ota/delta", "!xs-ota/pal"]),
  // Boot control reads an image's digest: the formats in src/image are a leaf above pal/error alone.
  layer(["pal/boot/**"], [...notInTheLibrary, "xs-ota/*", "!xs-ota/image"]),
  layer(["src/**"], [...notInTheLibrary, "xs-ota/pal/flash/*", "xs-ota/pal/boot/*"]),
  layer(["cloud/**", "cli/**", "toolchain/**"], notInTheTools),
  {
    files: ["hosts/**", "examples/**"],
    rules: {
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/no-unnecessary-type-assertion": "off",
    },
  },
  {
    files: ["test/**"],
    rules: {
      "max-lines-per-function": "off",
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            { from: "package", name: ["test", "it", "describe", "suite"], package: "node:test" },
          ],
        },
      ],
    },
  },
);
