import { beforeEach, expect, test } from 'vitest';
import { countDown, onKey } from '../src/review/review';

beforeEach(() => {
  document.body.innerHTML = `<form id="duyet"><button type="button">Duyệt</button></form><details id="tra-lai"><summary>Trả lại</summary><textarea></textarea></details>
    <div id="trang"><a rel="next" href="#p2">Sau</a></div><div id="vua-xong" data-seconds="2"><span class="num"></span></div>`;
});

test('Alt+D presses the button and Alt+T opens the reasons', () => {
  let pressed = 0;
  document.querySelector('button')!.onclick = () => (pressed += 1);
  document.body.dispatchEvent(new KeyboardEvent('keydown', { code: 'KeyD', altKey: true, bubbles: true }));
  document.body.dispatchEvent(new KeyboardEvent('keydown', { code: 'KeyT', altKey: true, bubbles: true }));
  expect(pressed).toBe(1);
  expect(document.querySelector('details')!.open).toBe(true);
});

test('arrows turn pages, but not while somebody writes', () => {
  let turned = 0;
  document.querySelector('a')!.onclick = () => (turned += 1);
  for (const target of ['textarea', 'body']) document.querySelector(target)!.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
  expect(turned).toBe(1);
  const plain = new KeyboardEvent('keydown', { key: 'x', cancelable: true });
  Object.defineProperty(plain, 'target', { value: document.body });
  onKey(plain);
  expect(plain.defaultPrevented).toBe(false);
});

test('the way back counts down and goes', () => {
  const toast = document.getElementById('vua-xong')!;
  const waiting: (() => void)[] = [];
  countDown(toast, (act) => waiting.push(act));
  expect(toast.textContent).toBe(' (2)');
  while (waiting.length) waiting.shift()!();
  expect(toast.isConnected).toBe(false);
});
