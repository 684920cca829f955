import { expect, test, vi } from 'vitest';
import { lately } from '../src/app/moments';

test('a moment of today is its hour, another its day, in the zone of the schools', () => {
  vi.useFakeTimers({ now: new Date('2026-11-30T18:00:00Z') }); // one in the morning here
  expect(lately('2026-11-30T17:05:00Z')).toBe('00:05');
  expect(lately('2026-11-30T16:59:00Z')).toBe('30/11');
  vi.useRealTimers();
});
