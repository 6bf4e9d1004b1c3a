// A telephone number as people read it out: in groups. Ofcom's numbering plan
// says where a British one breaks; of others only North America's is as plain.

/** How many digits a group has, by how the national number begins (Ofcom, National Telephone Numbering Plan). */
const BRITISH: readonly [RegExp, readonly number[]][] = [
  [/^2/, [2, 4, 4]], // 020 7946 0503
  [/^1(1\d|\d1)/, [3, 3, 4]], // 0161 496 0018
  [/^1/, [4, 6]], // 01632 960001
  [/^7/, [4, 6]], // 07700 900142
  [/^[3589]/, [3, 3, 4]], // 0300 123 4567
];

/** "07700 900142" of +447700900142; for readers elsewhere "+44 7700 900142". What has no plan here stands as it is. */
export function grouped(number: string, language: string): string {
  const british = /^\+44(\d{9,10})$/.exec(number)?.[1];
  if (british) {
    const groups = split(british, BRITISH.find(([begins]) => begins.test(british))?.[1] ?? []);
    return /-(GB|GG|JE|IM)$/.test(language) ? `0${groups}` : `+44 ${groups}`;
  }
  const american = /^\+1(\d{10})$/.exec(number)?.[1];
  return american ? `+1 ${split(american, [3, 3, 4])}` : number;
}

/** What is longer than its groups is the last one's. */
function split(digits: string, sizes: readonly number[]): string {
  const groups: string[] = [];
  let rest = digits;
  for (const size of sizes.slice(0, -1)) {
    groups.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
  return [...groups, rest].filter(Boolean).join(" ");
}
