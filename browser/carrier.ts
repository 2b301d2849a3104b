/**
 * What carries the texts of one connection: a WebSocket or, where a network lets none through, an event stream (stream.ts).
 *
 * Rules of this file:
 * 1. A carrier opens once and closes once, and tells nothing after it was closed from here.
 * 2. What takes the other way only when it is needed is fetched only then.
 */

import { PROTOCOL } from "./frames.ts";

/** Whom a carrier tells. */
export interface Heard {
  /** It is open: texts can be sent. */
  opened(): void;
  /** A text came. */
  heard(text: string): void;
  /** It is gone. The code is that of the server, or 1006 when there was none. */
  closed(code: number): void;
}

/** One connection, or one try to have it. */
export interface Carrier {
  /** Send a text, once it has opened; tell whether it was still open. */
  send(text: string): boolean;
  /** Let go of it; 1000: after all that was sent. Nothing is told any more. */
  close(code: number): void;
}

/** Begins a connection. */
export type Carry = (told: Heard) => Carrier;

/** Over a WebSocket to this address. */
export function webSocket(address: string): Carry {
  return (told) => {
    const socket = new WebSocket(address, PROTOCOL);
    socket.onopen = () => told.opened();
    socket.onmessage = ({ data }) => told.heard(data as string);
    socket.onclose = ({ code }) => told.closed(code);
    return {
      send: (text) => socket.readyState === WebSocket.OPEN && (socket.send(text), true),
      close(code) {
        socket.onmessage = socket.onclose = null;
        socket.close(code);
      },
    };
  };
}

/** Over something whose script is fetched when it is needed. `#` and a number: a browser that could not fetch it would not try the same address again. */
export function fetched(script: string): Carry {
  return (told) => {
    let real: Carrier | undefined;
    let over = false;
    import(`${script}#${Date.now()}`).then(
      ({ carry }: { carry: Carry }) => over || (real = carry(told)),
      () => over || told.closed(1006),
    );
    return {
      send: (text) => real!.send(text),
      close(code) {
        over = true;
        real?.close(code);
      },
    };
  };
}
