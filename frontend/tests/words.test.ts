import { afterEach, expect, it } from 'vitest';
import { say } from '../src/app/words';

const words = { vi: 'Đã đọc {a}/{b} trang', en: 'Read {a}/{b} {b:page|pages}' };

afterEach(() => document.documentElement.removeAttribute('lang'));

it('puts facts into the sentence, and in English the word for one or for many', () => {
  expect(say(words, { a: 0, b: 1 })).toBe('Đã đọc 0/1 trang');
  document.documentElement.lang = 'en';
  expect(say(words, { a: 0, b: 1 })).toBe('Read 0/1 page');
  expect(say(words, { a: 1, b: '1,204' })).toBe('Read 1/1,204 pages');
  expect(say(words)).toBe('Read {a}/{b} pages');
});
