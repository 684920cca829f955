// The programs that need script. Pages come whole from the API; this wakes up the parts that are more than pages.
import '../ui/tokens.css';
import '../ui/base.css';
import '../ui/components.css';
import '../ui/pages.css';
import { startRouter } from './router';

async function wake(): Promise<void> {
  const paper = document.getElementById('paper');
  if (paper) (await import('../reader/reader')).wakeReader(paper);
  const form = document.querySelector<HTMLFormElement>('#upload-form');
  if (form) (await import('../upload/form')).wakeUploadForm(form);
  const deposits = document.getElementById('deposits');
  if (deposits) (await import('../upload/follow')).followDeposits();
  if (document.body.classList.contains('p-review')) (await import('../review/review')).wakeReview();
  const scans = document.querySelector<HTMLFormElement>('#scan-form');
  if (scans) (await import('../desk/desk')).wakeDesk(scans);
}

startRouter(wake);
void wake();
