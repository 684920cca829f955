// The uploads of this tab. They belong to no page: moving on does not stop them, and what the server says of them is the truth.
import { Upload } from 'tus-js-client';
import type { components } from '../app/api-types';
import { english, say } from '../app/words';

export type Deposit = components['schemas']['Deposit'];
export type Sending = {
  key: number;
  name: string;
  size: number;
  sent: number;
  paused: boolean;
  offline: boolean;
  problem: string | null;
  deposit: Deposit | null;
  id: string | null; // of the deposit, once the server knows of it
  review: boolean; // it goes on to the reviewers
  upload: Upload;
};

const CHUNK = 512 * 1024; // small: what a cut costs on a poor line
const RETRIES = [0, 1000, 2000, 4000, 8000, 15000, 30000];
export type Choices = { sight: string; approve: boolean; review: boolean; work: string; card: Record<string, string> };
export const sendings = $state<Sending[]>([]);
let keys = 0;

export function send(file: File, choices: Choices): number {
  const key = ++keys;
  const find = (): Sending | undefined => sendings.find((one) => one.key === key);
  const upload = new Upload(file, {
    endpoint: '/api/v1/uploads',
    chunkSize: CHUNK,
    retryDelays: RETRIES,
    storeFingerprintForResuming: true,
    removeFingerprintOnSuccess: true,
    metadata: metadataOf(file, choices),
    onUploadUrlAvailable: () => {
      patch(find(), { id: upload.url?.split('/').pop() ?? null });
    },
    onShouldRetry: (error) => !isRefusal(error.originalResponse?.getStatus()),
    onProgress: (sent) => patch(find(), { sent, offline: false }),
    onSuccess: () => {
      patch(find(), { sent: file.size });
      void follow(find(), upload.url);
    },
    onError: (error) => onError(find(), error),
  });
  sendings.push({ key, name: file.name, size: file.size, sent: 0, paused: false, offline: false, problem: null, deposit: null, id: null, review: choices.review, upload });
  void resume(upload);
  return key;
}

function metadataOf(file: File, choices: Choices): Record<string, string> {
  const { sight, approve, review, work, card } = choices;
  return { ...card, filename: file.name, filetype: file.type, sight, approve: String(approve), review: String(review), ...(work && { work }) };
}

async function resume(upload: Upload): Promise<void> {
  const [earlier] = await upload.findPreviousUploads();
  if (earlier) upload.resumeFromPreviousUpload(earlier);
  upload.start();
}

function patch(one: Sending | undefined, change: Partial<Sending>): void {
  if (one) Object.assign(one, change);
}

const isRefusal = (status: number | undefined): boolean => status !== undefined && status >= 400 && status < 500 && ![409, 423, 429, 460].includes(status);

function onError(one: Sending | undefined, error: Error): void {
  if (!one) return;
  const response = 'originalResponse' in error ? (error.originalResponse as { getStatus(): number; getBody(): string } | null) : null;
  if (response && isRefusal(response.getStatus())) {
    one.problem = sentenceOf(response.getBody());
    return;
  }
  one.offline = true; // the line is cut: go on when it is back
  window.setTimeout(() => one.offline && !one.paused && one.upload.start(), 5000);
}

export function sentenceOf(body: string): string {
  try {
    const problem = JSON.parse(body) as { vi: string; en: string };
    return english() ? problem.en : problem.vi;
  } catch {
    return say({ vi: 'Chưa gửi được. Thử lại sau ít phút nhé.', en: 'Not sent. Please try again in a few minutes.' });
  }
}

async function follow(one: Sending | undefined, url: string | null): Promise<void> {
  const id = url?.split('/').pop();
  while (one && id) {
    const answer = await fetch(`/api/v1/deposits/${id}`, { headers: { 'Accept-Language': document.documentElement.lang } }).catch(() => null);
    if (answer?.ok) one.deposit = (await answer.json()) as Deposit;
    if (one.deposit && isDone(one.deposit)) return;
    await new Promise((resolve) => window.setTimeout(resolve, 1000));
  }
}

export function isDone(deposit: Deposit): boolean {
  return deposit.state === 'refused' || deposit.state === 'failed' || (deposit.state === 'ready' && deposit.searchable);
}

export function toggle(one: Sending): void {
  one.paused = !one.paused;
  if (one.paused) void one.upload.abort();
  else one.upload.start();
}

export function drop(one: Sending): void {
  void one.upload.abort();
  sendings.splice(sendings.indexOf(one), 1);
}

export const canStop = (deposit: Deposit | null): boolean => deposit?.state === 'waiting' || deposit?.state === 'working';

// The server ends the reading; what it says of the file afterwards is followed as ever.
export async function stopReading(one: Sending): Promise<void> {
  if (one.id) await fetch(`/api/v1/deposits/${one.id}/stop`, { method: 'POST' }).catch(() => null);
}

export function progressOf(one: Sending): string {
  const deposit = one.deposit;
  if (one.problem) return one.problem;
  if (!deposit) {
    const facts = { n: Math.floor((one.sent / Math.max(one.size, 1)) * 100) };
    if (one.paused) return say({ vi: 'Tạm dừng ở {n} %', en: 'Paused at {n} %' }, facts);
    if (one.offline) return say({ vi: 'Mất mạng ở {n} %. Có mạng lại sẽ tự gửi tiếp.', en: 'The line is cut at {n} %. It goes on by itself.' }, facts);
    if (one.review) return say({ vi: 'Đang gửi {n} %, xong sẽ tự chuyển duyệt', en: 'Sending {n} %, then on to the reviewers' }, facts);
    return say({ vi: 'Đang gửi {n} %', en: 'Sending {n} %' }, facts);
  }
  if (deposit.sentence) return deposit.sentence;
  const facts = { a: deposit.pages_done, b: deposit.page_count ?? '?' };
  if (deposit.state === 'ready') return endOf(deposit);
  if (deposit.step === 'draw') return say({ vi: 'Đang vẽ trang {a}/{b}', en: 'Drawing page {a}/{b}' }, facts);
  if (deposit.page_count) return say({ vi: 'Đã đọc {a}/{b} trang', en: 'Read {a}/{b} {b:page|pages}' }, facts);
  return say({ vi: 'Đã lên đủ, đang chờ đọc', en: 'Arrived, waiting to be read' });
}

function endOf(deposit: Deposit): string {
  if (deposit.stands === 'published') return say({ vi: 'Xong, đã công bố', en: 'Done, published' });
  if (deposit.stands === 'in-review') return say({ vi: 'Xong, đã chuyển cho người duyệt', en: 'Done, with the reviewers' });
  return say({ vi: 'Xong, đang là bản nháp', en: 'Done, kept as a draft' });
}

window.addEventListener('online', () => sendings.filter((one) => one.offline && !one.paused).forEach((one) => one.upload.start()));
window.addEventListener('beforeunload', (event) => {
  if (sendings.some((one) => !one.deposit && !one.problem)) event.preventDefault();
});
