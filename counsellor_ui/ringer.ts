/**
 * How a ring is heard and seen outside of the page: a soft sound, and a notification without content.
 *
 * Rules of this file:
 * 1. Silent unless she has asked for it, each by its own box.
 * 2. The sound is one that repeats itself: no timer is needed, so a tab that the browser has put to sleep rings too.
 * 3. The notification says that it rings and nothing else. It goes when the ring does.
 */

const EVERY = 3;
const NOTES: readonly [frequency: number, after: number][] = [
  [523, 0],
  [659, 0.18],
];
const LENGTH = 0.5;
const LOUDNESS = 0.2;

/** Return the samples of one ring and the pause after it. */
export function ringSamples(rate: number): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(Math.round(EVERY * rate));
  for (const [frequency, after] of NOTES) {
    const first = Math.round(after * rate);
    for (let at = 0; at < LENGTH * rate; at++) {
      const time = at / rate;
      const envelope = Math.min(1, time / 0.03) * Math.exp(-6 * time);
      samples[first + at] = (samples[first + at] ?? 0) + LOUDNESS * envelope * Math.sin(2 * Math.PI * frequency * time);
    }
  }
  return samples;
}

/** A soft sound that comes again every three seconds until it is stopped. */
export class Ringer {
  #audio: AudioContext | null = null;
  #sound: AudioBufferSourceNode | null = null;

  /** Allow sound (from a press, or the browser does not), or forbid it. */
  allow(on: boolean): void {
    if (on) this.#audio ??= new AudioContext();
    else {
      this.ring(false);
      void this.#audio?.close();
      this.#audio = null;
    }
  }

  /** It is to be heard now. */
  get rings(): boolean {
    return this.#sound !== null;
  }

  /** Ring, or be still. Being told twice changes nothing. */
  ring(on: boolean): void {
    if (on === this.rings || (on && this.#audio === null)) return;
    this.#sound?.stop();
    this.#sound = on ? this.#play(this.#audio as AudioContext) : null;
  }

  #play(audio: AudioContext): AudioBufferSourceNode {
    void audio.resume();
    const samples = ringSamples(audio.sampleRate);
    const buffer = audio.createBuffer(1, samples.length, audio.sampleRate);
    buffer.copyToChannel(samples, 0);
    const sound = audio.createBufferSource();
    sound.buffer = buffer;
    sound.loop = true;
    sound.connect(audio.destination);
    sound.start();
    return sound;
  }
}

/** A notification while it rings and the page is not looked at. */
export class Notifier {
  #allowed = false;
  #shown: Notification | null = null;

  /** Ask the browser, or stop. Return whether there will be notifications. */
  async allow(on: boolean): Promise<boolean> {
    this.#allowed = on && "Notification" in globalThis && (await Notification.requestPermission()) === "granted";
    if (!this.#allowed) this.show(false, "");
    return this.#allowed;
  }

  /** Show it, or take it away. */
  show(on: boolean, words: string): void {
    const wanted = on && this.#allowed && document.visibilityState === "hidden";
    if (wanted === (this.#shown !== null)) return;
    this.#shown?.close();
    this.#shown = wanted ? new Notification(words, { tag: "ring", requireInteraction: true, silent: true }) : null;
    this.#shown?.addEventListener("click", () => focus());
  }
}

/** What rings at a desk: an offer; or children that rang here, were not answered, and still wait. */
export interface Rings {
  offer: string | null;
  missed: readonly string[];
  /** What she has answered with "not now": it does not ring on. */
  answered: readonly string[];
}

export const STILL: Rings = { offer: null, missed: [], answered: [] };

/** She has answered: what rang, and what rang before, is still. */
export function answered({ offer, answered }: Rings): Rings {
  return { offer, missed: [], answered: offer === null ? answered : [...answered, offer] };
}

/**
 * Return what rings now, after `before`. An offer that ran out goes on ringing until its child is taken or gone, or until she has answered.
 * `waiting`: those of the line that ring nowhere; `hers`: her talks; `free`: she is free, so that what waits is offered to her again.
 */
export function ringsNow(before: Rings, offer: string | null, hers: readonly string[], free: boolean): Rings {
  const { answered } = before;
  if (offer !== null || free) return { offer, missed: [], answered: offer === null ? [] : answered };
  const ranOut = before.offer === null || answered.includes(before.offer) ? [] : [before.offer];
  return { offer: null, missed: [...before.missed, ...ranOut].filter((one) => !hers.includes(one)), answered };
}

/** Return which of the missed ones still waits; "" when some do, but the line does not say who; null when none does. */
export function missedOne({ missed }: Rings, line: { count: number; first: readonly { conversation: string }[] } | null, hidden: boolean): string | null {
  if (missed.length === 0 || line === null) return null;
  const found = line.first.find(({ conversation }) => missed.includes(conversation));
  return found?.conversation ?? (hidden && line.count > 0 ? "" : null);
}
