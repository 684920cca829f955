// The tray is mounted once a file is on its way; until then it costs nothing.
import { mount } from 'svelte';

let mounted = false;

export async function openTray(): Promise<void> {
  const place = document.getElementById('tray');
  if (mounted || !place) return;
  mounted = true;
  const { default: Tray } = await import('./Tray.svelte');
  mount(Tray, { target: place });
}

