import { afterEach, expect, test, vi } from 'vitest';
import { ask } from '../src/desk/ask';
import { made } from '../src/desk/entries';

const one = made({ act: 'scan', code: '2000000000015', opened_by: 'a-card' }, 0);
const answers = (status: number, body: unknown): void => {
  vi.stubGlobal('fetch', vi.fn(async () => new Response(typeof body === 'string' ? body : JSON.stringify(body), { status })));
};
afterEach(() => vi.unstubAllGlobals());

test.each([401, 403, 408, 429, 500, 502, 503, 507])('%i says nothing about the entry', async (status) => {
  answers(status, { code: 'x' });
  expect(await ask(one, 'AA')).toEqual({ waits: status });
});

test('neither does a line that is cut, nor a page of some proxy, nor two desks in the same moment', async () => {
  vi.stubGlobal('fetch', vi.fn(async () => Promise.reject(new TypeError('cut'))));
  expect(await ask(one, 'AA')).toEqual({ waits: 0 });
  answers(404, '<html>gone</html>');
  expect(await ask(one, 'AA')).toEqual({ waits: 0 });
  answers(409, { code: 'same-moment' });
  expect(await ask(one, 'AA')).toEqual({ waits: 409 });
});

test('a refusal settles it; one that clashes is of a copy', async () => {
  answers(409, { code: 'item-on-loan' });
  expect(await ask(one, 'AA')).toEqual({ problem: { code: 'item-on-loan' }, copy: true });
  answers(404, { code: 'unknown-card' });
  expect(await ask(one, 'AA')).toEqual({ problem: { code: 'unknown-card' }, copy: false });
});

test('a scan carries its key, its card and its moment; an undo names the scan it is about', async () => {
  answers(201, { kind: 'lent' });
  expect(await ask(one, 'AA')).toEqual({ scan: { kind: 'lent' } });
  await ask(made({ act: 'undo', about: 'that-scan' }, 0), 'AA');
  const [scan, undo] = vi.mocked(fetch).mock.calls;
  const body = JSON.parse(String(scan![1]!.body));
  expect(body).toEqual({ id: one.id, code: one.code, opened_by: 'a-card', scanned_at: '1970-01-01T00:00:00.000Z', school: 'AA', return_first: false });
  expect(undo![0]).toBe('/api/v1/desk/scans/that-scan/undo');
});
