// SPDX-License-Identifier: MIT
import { consistsOf, DIGITS, isWithin, LETTERS } from "xs-ota/job/characters";

const TOKEN = `!#$%&'*+-.^_\`|~${DIGITS}${LETTERS}`;

/** A method, or a field's name. Source: RFC 9110 5.6.2. */
export const isToken = (text: string): boolean => consistsOf(text, TOKEN);

/** Printable ASCII without blanks: nothing in it can end the request line. */
export const isTarget = (text: string): boolean => text !== "" && isWithin(text, "!", "~");

/** A field's value as we send it: printable ASCII, blanks and tabs. Source: RFC 9110 5.5. */
export const isFieldValue = (text: string): boolean => isWithin(withoutTabs(text), " ", "~");

/** A field's value, or a reason phrase, as it may come: bytes beyond ASCII as well. Source: RFC 9110 5.5, "obs-text". */
export const isFieldText = (text: string): boolean =>
  isWithin(withoutTabs(text), " ", "\u00ff") && !text.includes("\u007f");

const withoutTabs = (text: string): string => text.split("\t").join("");
