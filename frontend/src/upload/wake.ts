// The tray comes with the upload form, not later by itself: the line may be cut just when it is needed.
import { mount } from 'svelte';
import Tray from './Tray.svelte';

let mounted = false;

export function openTray(): void {
  const place = document.getElementById('tray');
  if (mounted || !place) return;
  mounted = true;
  mount(Tray, { target: place });
}
