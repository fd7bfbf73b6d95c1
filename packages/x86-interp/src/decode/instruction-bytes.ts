import type { Cpu } from '../cpu/cpu.ts';
import { breaksAt, checkExecution } from '../cpu/debug-registers.ts';
import { raise, VECTOR } from '../cpu/fault.ts';
import { currentIp } from '../cpu/ip.ts';
import { MODEL } from '../cpu/models.ts';
import { deviceAccess } from '../cpu/pace.ts';
import { ACCESS } from '../cpu/page-walk.ts';
import { arenaOffset } from '../cpu/physical.ts';
import { CS, SEG, SLOT } from '../cpu/state-layout.ts';
import { translate } from '../cpu/translate.ts';
import { UNCACHED_PAGE } from './code-cache.ts';

const PAGE = 4096;

/**
 * The bytes of the instruction that is being decoded. They come straight from the page, or, where it ends or may not be
 * kept decoded, one by one through a buffer, each with the checks of a fetch.
 */
export class InstructionBytes {
  /** Where the instruction begins in the arena; in the buffer, if it went there. */
  start = 0;
  /** Whether bytes went through the buffer: the instruction must be fetched anew each time. */
  buffered = false;
  readonly #cpu: Cpu;
  readonly #buffer: number;
  readonly #maxLength: number;
  #at = 0;
  #end = 0;

  constructor(cpu: Cpu) {
    this.#cpu = cpu;
    this.#buffer = cpu.base + SLOT.FETCH * 4;
    this.#maxLength = cpu.model === MODEL.I80286 ? 10 : 15;
  }

  /** Begins at the byte `offset` of the current page. */
  begin(offset: number): void {
    const cpu = this.#cpu;
    this.buffered = this.#isWatched() || cpu.pcBase === UNCACHED_PAGE;
    this.start = this.#at = this.buffered ? this.#buffer : cpu.codePage + offset;
    this.#end = this.buffered ? this.#at : Math.min(cpu.codePage + PAGE, this.#at + this.#maxLength);
  }

  /** How many bytes were taken. */
  get consumed(): number {
    return this.#at - this.start;
  }

  /** The next byte, which stays. @throws FAULT if it cannot be fetched, or the instruction is too long */
  peek(): number {
    if (this.#at === this.#end) this.#refill();
    return this.#cpu.mem[this.#at];
  }

  /** Takes the byte that was peeked at. */
  skip(): void {
    this.#at++;
  }

  next8(): number {
    if (this.#at === this.#end) this.#refill();
    return this.#cpu.mem[this.#at++];
  }

  nextSigned8(): number {
    return (this.next8() << 24) >> 24;
  }

  next16(): number {
    const low = this.next8();
    return low | (this.next8() << 8);
  }

  next32(): number {
    const low = this.next16();
    return low | (this.next16() << 16);
  }

  // An instruction with a breakpoint is not kept decoded, so that it comes here each time.
  #isWatched(): boolean {
    const cpu = this.#cpu;
    if (cpu.watchExecute === 0) return false;
    const ip = currentIp(cpu);
    const linear = (cpu.state[CS + SEG.BASE] + (cpu.model < MODEL.I80286 ? ip & 0xffff : ip)) | 0;
    const watched = breaksAt(cpu, linear);
    if (watched) checkExecution(cpu, linear);
    return watched;
  }

  #refill(): void {
    const cpu = this.#cpu;
    const { consumed } = this;
    if (consumed >= this.#maxLength) raise(cpu, VECTOR.GP);
    if (!this.buffered) {
      cpu.mem.copyWithin(this.#buffer, this.start, this.#at);
      this.start = this.#buffer;
      this.#at = this.#buffer + consumed;
      this.buffered = true;
    }
    cpu.mem[this.#at] = fetchByte(cpu, currentIp(cpu) + consumed);
    this.#end = this.#at + 1;
  }
}

function fetchByte(cpu: Cpu, at: number): number {
  const ip = cpu.model < MODEL.I80286 ? at & 0xffff : at;
  if (ip >>> 0 > cpu.u32[CS + SEG.LIMIT]) raise(cpu, VECTOR.GP);
  const physical = translate(cpu, (cpu.state[CS + SEG.BASE] + ip) | 0, ACCESS.FETCH | cpu.user);
  const offset = arenaOffset(cpu, physical);
  if (offset >= 0) return cpu.mem[offset];
  deviceAccess(cpu);
  return cpu.sink.mmioRead(physical, 1) & 0xff;
}
