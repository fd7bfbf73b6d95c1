import type { AccessSize, MmioHandler, PortHandler } from '@picovm/core';

/** An access as a device's handler got it from the bus, which may have split or widened what the guest did. */
export interface RecordedAccess {
  /** The id of the device. */
  readonly owner: string;
  /** Which bus. */
  readonly space: 'port' | 'mmio';
  /** Seen from the guest. */
  readonly direction: 'read' | 'write';
  /** Port number or physical address. */
  readonly address: number;
  /** From the base of the range. */
  readonly offset: number;
  /** Bytes of one element. */
  readonly size: AccessSize | 8;
  /** The value written, or what the device answered, before the bus cuts it to `size`; a bigint for 8 bytes. */
  readonly value: number | bigint;
  /** The bytes of a whole block, if the device was given one; `value` is its first byte then. */
  readonly block: Uint8Array | undefined;
}

/** Takes what the handlers of a device are asked. */
export type AccessListener = (access: RecordedAccess) => void;

/** Where a handler is, and who it belongs to. */
export interface HandlerPlace {
  readonly owner: string;
  readonly space: 'port' | 'mmio';
  readonly base: number;
}

type Direction = RecordedAccess['direction'];

/** A handler that passes everything on to `handler`, and tells `listener` of it afterwards. It has the same fast paths. */
export function recordingPortHandler(handler: PortHandler, place: HandlerPlace, listener: AccessListener): PortHandler {
  const recording: PortHandler = {
    ...scalars(handler, place, listener),
    readBlock: (offset, size, out) => {
      atOnce(handler.readBlock?.(offset, size, out));
      listener(record(place, 'read', offset, size, out[0], out.slice()));
    },
    writeBlock: (offset, size, data) => {
      atOnce(handler.writeBlock?.(offset, size, data));
      listener(record(place, 'write', offset, size, data[0], data.slice()));
    },
  };
  if (handler.readBlock === undefined) delete recording.readBlock;
  if (handler.writeBlock === undefined) delete recording.writeBlock;
  return recording;
}

/** The same for a range of physical addresses. */
export function recordingMmioHandler(handler: MmioHandler, place: HandlerPlace, listener: AccessListener): MmioHandler {
  const recording: MmioHandler = {
    ...scalars(handler, place, listener),
    read64: (offset) => {
      const value = handler.read64?.(offset) ?? 0n;
      listener(record(place, 'read', offset, 8, value));
      return value;
    },
    write64: (offset, value) => {
      handler.write64?.(offset, value);
      listener(record(place, 'write', offset, 8, value));
    },
  };
  if (handler.read64 === undefined) delete recording.read64;
  if (handler.write64 === undefined) delete recording.write64;
  return recording;
}

function scalars(
  handler: PortHandler | MmioHandler,
  place: HandlerPlace,
  listener: AccessListener,
): Pick<PortHandler, 'read' | 'write'> {
  return {
    read: (offset, size) => {
      const value = handler.read(offset, size);
      listener(record(place, 'read', offset, size, value));
      return value;
    },
    write: (offset, size, value) => {
      // The bus looks at what comes back: a promise is refused.
      const answer = handler.write(offset, size, value);
      listener(record(place, 'write', offset, size, value));
      return answer;
    },
  };
}

// Of a block the bus does not look at what comes back.
function atOnce(answer: unknown): void {
  if (answer instanceof Promise) throw new TypeError('it answers with a promise, but an access is synchronous');
}

function record(
  { owner, space, base }: HandlerPlace,
  direction: Direction,
  offset: number,
  size: AccessSize | 8,
  value: number | bigint,
  block?: Uint8Array,
): RecordedAccess {
  return { owner, space, direction, address: base + offset, offset, size, value, block };
}
