// Two tones: high is well, low is stop. A desk is listened to, not looked at.
let context: AudioContext | null = null;

export function tone(well: boolean): void {
  try {
    context ??= new AudioContext();
    const [source, volume] = [context.createOscillator(), context.createGain()];
    source.frequency.value = well ? 1320 : 220;
    volume.gain.value = 0.08;
    source.connect(volume).connect(context.destination);
    source.start();
    source.stop(context.currentTime + (well ? 0.09 : 0.32));
  } catch {
    // a browser without sound: the band says it too
  }
}
