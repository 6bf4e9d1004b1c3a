// The codes of the catalogue as types, so that a wrong one, or a sentence with a gap that is
// not filled, does not compile. i18next's own types take any text where no area is the
// default one, and here none is: a code always names its area.
import type { en } from "./en";
import type audit from "./en/audit";
import type check from "./en/check";
import type recording from "./en/recording";
import type reviewer from "./en/reviewer";
import type room from "./en/room";
import type supervisor from "./en/supervisor";

/** Also what comes with a page of its own. */
type Catalogue = typeof en & {
  audit: typeof audit;
  check: typeof check;
  recording: typeof recording;
  reviewer: typeof reviewer;
  room: typeof room;
  supervisor: typeof supervisor;
};

/** "unread_one" and "unread_other" are said by "unread", with a count. */
type Said<Key extends string> = Key extends `${infer Base}_${"zero" | "one" | "two" | "few" | "many" | "other"}`
  ? Base
  : Key;

type Codes<Of> = {
  [Key in keyof Of & string]: Of[Key] extends string ? Said<Key> : `${Key}.${Codes<Of[Key]>}`;
}[keyof Of & string];

export type Code = { [Area in keyof Catalogue]: `${Area}:${Codes<Catalogue[Area]>}` }[keyof Catalogue];

type At<Of, Path extends string> = Path extends keyof Of
  ? Of[Path]
  : `${Path}_other` extends keyof Of
    ? Of[`${Path}_other`]
    : Path extends `${infer First}.${infer Rest}`
      ? First extends keyof Of
        ? At<Of[First], Rest>
        : never
      : never;

type Sentence<C extends Code> = C extends `${infer Area extends keyof Catalogue}:${infer Path}`
  ? At<Catalogue[Area], Path>
  : never;

type Gaps<Of> = Of extends `${string}{{${infer Name}}}${infer Rest}` ? Name | Gaps<Rest> : never;

/** What a sentence has to be told. */
export type Told<C extends Code> = [Gaps<Sentence<C>>] extends [never]
  ? [told?: Record<string, string | number>]
  : [told: Record<Gaps<Sentence<C>>, string | number> & Record<string, string | number>];
