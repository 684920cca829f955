// The programs that need script. Pages come whole from the API; this wakes up the parts that are more than pages.
import '../ui/tokens.css';
import '../ui/base.css';
import '../ui/components.css';
import '../ui/pages.css';
import { wakePrograms } from './programs';
import { startRouter } from './router';

startRouter(wakePrograms);
void wakePrograms();
