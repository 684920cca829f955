// Both languages side by side, so that none can be forgotten.
export type Words = { vi: string; en: string };

export const english = (): boolean => document.documentElement.lang === 'en';

export function say(words: Words, facts: Record<string, string | number> = {}): string {
  const text = english() ? words.en : words.vi;
  return text.replace(/\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g, (whole, name: string, one?: string, many?: string) =>
    many === undefined ? String(facts[name] ?? whole) : String(facts[name]) === '1' ? one! : many,
  );
}
