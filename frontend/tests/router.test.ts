import { afterEach, describe, expect, it, vi } from 'vitest';
import { addressOf, go, isOurs, startRouter } from '../src/app/router';

const page = (title: string, body: string): Response =>
  new Response(`<!doctype html><html lang="vi"><head><title>${title}</title></head><body class="p-${title}">${body}</body></html>`, {
    headers: { 'content-type': 'text/html; charset=utf-8' },
  });

function link(attributes: string): HTMLAnchorElement {
  document.body.innerHTML = `<a ${attributes}>x</a>`;
  return document.querySelector('a')!;
}

afterEach(() => vi.restoreAllMocks());

describe('the router', () => {
  it('takes plain clicks on our own pages only', () => {
    const click = new MouseEvent('click');
    expect(isOurs(link('href="/tim?q=a"'), click)).toBe(true);
    expect(isOurs(link('href="/tim?q=a"'), new MouseEvent('click', { ctrlKey: true }))).toBe(false);
    expect(isOurs(link('href="/api/v1/works/1/file"'), click)).toBe(false);
    expect(isOurs(link('href="https://elsewhere.example/"'), click)).toBe(false);
    expect(isOurs(link('href="/tep" download'), click)).toBe(false);
    expect(isOurs(link('href="/en" data-reload'), click)).toBe(false);
    expect(isOurs(link('href="#loc"'), click)).toBe(false);
  });

  it('puts the fetched page in place, keeps the tray, and wakes the page', async () => {
    document.body.innerHTML = '<main>old</main><div id="tray"><b>running</b></div>';
    vi.spyOn(window, 'scrollTo').mockImplementation(() => undefined);
    vi.stubGlobal('fetch', async () => page('new', '<main id="noi-dung" tabindex="-1"><h1>Mới</h1></main><div id="tray"></div>'));
    const wake = vi.fn();
    await go(`${location.origin}/tim?q=a`, wake);
    expect(document.title).toBe('new');
    expect(document.querySelector('h1')?.textContent).toBe('Mới');
    expect(document.querySelector('#tray b')?.textContent).toBe('running');
    expect(document.querySelectorAll('#tray')).toHaveLength(1);
    expect(wake).toHaveBeenCalledOnce();
  });

  it('stays on the page when the line is cut and files are being sent', async () => {
    document.body.innerHTML = '<main>here</main><div id="tray"><b>running</b></div>';
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('cut')));
    await go(`${location.origin}/tim`, () => undefined);
    expect(document.querySelector('main')?.textContent).toBe('here');
    expect(document.querySelector('#tray b')?.textContent).toBe('running');
  });

  it('shows only the last of two pages that were asked for', async () => {
    vi.spyOn(window, 'scrollTo').mockImplementation(() => undefined);
    let slow: (value: Response) => void = () => undefined;
    const answers = [new Promise<Response>((resolve) => (slow = resolve)), Promise.resolve(page('second', '<main>2</main>'))];
    vi.stubGlobal('fetch', () => answers.shift());
    const first = go(`${location.origin}/one`, () => undefined);
    await go(`${location.origin}/two`, () => undefined);
    slow(page('first', '<main>1</main>'));
    await first;
    expect(document.title).toBe('second');
  });

  it('turns a search form into its address', () => {
    document.body.innerHTML = '<form action="/tim"><input name="q" value="phân số"></form>';
    expect(addressOf(document.querySelector('form')!)).toBe(`${location.origin}/tim?q=ph%C3%A2n+s%E1%BB%91`);
  });

  it('follows links once it is started', async () => {
    const fetched = vi.fn(async () => page('clicked', '<main>3</main>'));
    vi.stubGlobal('fetch', fetched);
    vi.spyOn(window, 'scrollTo').mockImplementation(() => undefined);
    startRouter(() => undefined);
    link('href="/tro-giup"').click();
    await vi.waitFor(() => expect(document.title).toBe('clicked'));
    expect(fetched).toHaveBeenCalledOnce();
  });
});
