import { expect, it } from 'vitest';
import { say } from '../src/app/words';
import { placeOf } from '../src/reader/reader';
import { type Deposit, isDone, sentenceOf } from '../src/upload/sending.svelte';

it('counts the place of a hit over all pages of the book', () => {
  const hits = { pages: [{ number: 2, hits: 3 }, { number: 5, hits: 1 }, { number: 9, hits: 2 }] };
  expect(placeOf(hits, 2, 0)).toBe(1);
  expect(placeOf(hits, 5, 0)).toBe(4);
  expect(placeOf(hits, 9, 1)).toBe(6);
});

it('speaks the language of the page', () => {
  document.documentElement.lang = 'en';
  expect(say({ vi: 'Trang {n}', en: 'Page {n}' }, { n: 3 })).toBe('Page 3');
  expect(sentenceOf('{"vi":"Tệp rỗng.","en":"Empty."}')).toBe('Empty.');
  document.documentElement.lang = 'vi';
  expect(say({ vi: 'Trang {n}', en: 'Page {n}' }, { n: 3 })).toBe('Trang 3');
  expect(sentenceOf('<html>')).toContain('Thử lại');
});

it('waits until a work is searchable before it says done', () => {
  const deposit = { state: 'ready', searchable: false } as Deposit;
  expect(isDone(deposit)).toBe(false);
  expect(isDone({ ...deposit, searchable: true })).toBe(true);
  expect(isDone({ ...deposit, state: 'refused' })).toBe(true);
});
