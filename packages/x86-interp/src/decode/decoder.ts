import { COUNT } from '../cpu/counts.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { MODEL } from '../cpu/models.ts';
import { ATTR, CS, DS, ES, FS, GS, REG, SEG, SLOT, SS } from '../cpu/state-layout.ts';
import { OP_UD } from '../exec/handlers.ts';
import { awayCase, hotCase, isOwnWay, jumpCase, plainCase, swappedCase } from '../exec/hot-ops.ts';
import { meetCase } from '../exec/met-cases.ts';
import { SCRATCH } from './code-cache.ts';
import { InstructionBytes } from './instruction-bytes.ts';
import { AUX, EA, RECORD, RECORD_SHIFT } from './record.ts';
import { type CompiledForm, type Entry, STEP, type Step } from './tables.ts';

const PAGE = 4096;
/** The old CPUs take any number of prefixes; here a longer run of them is an instruction that does nothing. */
const MAX_OLD_PREFIXES = 7;
const ZERO = SLOT.ZERO;
const SEGMENTS = [ES, CS, SS, DS, FS, GS];
/** Base, index and default segment of the eight forms of 16-bit addresses. */
const BASE16 = [REG.BX, REG.BX, REG.BP, REG.BP, REG.SI, REG.DI, REG.BP, REG.BX].map((n) => n * 2);
const INDEX16 = [REG.SI * 2, REG.DI * 2, REG.SI * 2, REG.DI * 2, ZERO, ZERO, ZERO, ZERO];

/** Turns the bytes at the program counter into a record. */
export class Decoder {
  /** The form of the instruction that was decoded last; undefined if it is an invalid opcode. */
  form: CompiledForm | undefined = undefined;
  readonly #cpu: Cpu;
  readonly #bytes: InstructionBytes;
  // Prefixes.
  #segment = -1;
  #operand32 = false;
  #operandPrefix = false;
  #address32 = false;
  #aux = 0;
  // ModR/M.
  #modrm = 0;
  #mod = 0;
  #reg = 0;
  #rm = 0;
  // The record.
  #rmOperand = 0;
  #ea = 0;
  #disp = 0;
  #regOperand = 0;
  #imm = 0;
  #relative = false;
  #second = false;
  #invalid = false;

  constructor(cpu: Cpu) {
    this.#cpu = cpu;
    this.#bytes = new InstructionBytes(cpu);
  }

  /**
   * Decodes the instruction at `pc`, a place in the current decoded page.
   * @returns `pc`, or `SCRATCH` for an instruction that must be decoded each time
   * @throws FAULT if its bytes cannot be fetched, or it is too long
   */
  decode(pc: number): number {
    const cpu = this.#cpu;
    cpu.counts[COUNT.DECODED]++;
    const offset = (pc - cpu.pcBase) >> RECORD_SHIFT;
    this.#begin(offset);
    this.#prefixes();
    const form = this.#form();
    if (form === undefined) this.#invalid = true;
    else if (form.steps.length > 0) this.#operands(form);
    const length = this.#bytes.consumed;
    const cached = !this.#bytes.buffered;
    const rec = cached ? pc : SCRATCH;
    const { code } = cpu.cache;
    const op = this.#op(form, cached);
    meetCase(op);
    this.form = op === OP_UD ? undefined : form;
    code[rec + RECORD.OP] = op;
    code[rec + RECORD.LENGTH] = length << RECORD_SHIFT;
    code[rec + RECORD.RM] = this.#rmOperand;
    code[rec + RECORD.EA] = this.#ea;
    code[rec + RECORD.DISP] = this.#disp;
    code[rec + RECORD.REG] = this.#regOperand;
    code[rec + RECORD.IMM] = this.#relative ? this.#imm + length : this.#imm;
    code[rec + RECORD.AUX] = this.#aux;
    if (cached) cpu.cache.mark(this.#bytes.start, length);
    return rec;
  }

  #begin(offset: number): void {
    const cpu = this.#cpu;
    this.#bytes.begin(offset);
    const code32 = (cpu.state[CS + SEG.ATTRIBUTES] & ATTR.DB) !== 0;
    this.#operand32 = this.#address32 = code32;
    this.#operandPrefix = false;
    this.#segment = -1;
    this.#aux = 0;
    this.#rmOperand = 0;
    this.#regOperand = -1;
    this.#ea = DS << EA.SEGMENT_SHIFT;
    this.#disp = 0;
    this.#imm = 0;
    this.#relative = false;
    this.#second = false;
    this.#invalid = false;
  }

  #prefixes(): void {
    const { model, state } = this.#cpu;
    const code32 = (state[CS + SEG.ATTRIBUTES] & ATTR.DB) !== 0;
    for (;;) {
      const byte = this.#bytes.peek();
      switch (byte) {
        case 0x26:
        case 0x2e:
        case 0x36:
        case 0x3e:
          this.#segment = SEGMENTS[(byte >> 3) & 3];
          break;
        case 0x64:
        case 0x65:
          if (model < MODEL.I80386) return;
          this.#segment = SEGMENTS[byte & 7];
          break;
        case 0x66:
          if (model < MODEL.I80386) return;
          this.#operand32 = !code32;
          this.#operandPrefix = true;
          break;
        case 0x67:
          if (model < MODEL.I80386) return;
          this.#address32 = !code32;
          break;
        case 0xf0:
          this.#aux |= AUX.LOCK;
          break;
        case 0xf1:
          if (model !== MODEL.I8086) return;
          break;
        case 0xf2:
          this.#aux = (this.#aux & ~AUX.REP) | AUX.REPNE;
          break;
        case 0xf3:
          this.#aux = (this.#aux & ~AUX.REPNE) | AUX.REP;
          break;
        default:
          return;
      }
      this.#bytes.skip();
      if (model < MODEL.I80286 && this.#bytes.consumed >= MAX_OLD_PREFIXES) return;
    }
  }

  #form(): CompiledForm | undefined {
    const { tables, model } = this.#cpu;
    let opcode = this.#bytes.next8();
    let entry: Entry = tables.entry('one-byte', opcode);
    if (opcode === 0x0f && model >= MODEL.I80286) {
      opcode = this.#bytes.next8();
      entry = tables.entry('0f', opcode);
      if (opcode === 0x38 && entry === undefined) {
        opcode = this.#bytes.next8();
        entry = tables.entry('0f38', opcode);
      }
    }
    if (entry === undefined) return undefined;
    this.#rm = opcode & 7;
    if (!entry.modrm) return 'form' in entry ? entry : entry.forms[this.#mandatoryPrefix() << 8];
    const modrm = this.#bytes.next8();
    this.#modrm = modrm;
    this.#mod = modrm >> 6;
    this.#reg = (modrm >> 3) & 7;
    this.#rm = modrm & 7;
    return 'form' in entry ? entry : entry.forms[(this.#mandatoryPrefix() << 8) | modrm];
  }

  // None, 66, F2 or F3, in the order of `OpcodeGroup`. F2 and F3 come before 66.
  #mandatoryPrefix(): number {
    if ((this.#aux & AUX.REPNE) !== 0) return 2;
    if ((this.#aux & AUX.REP) !== 0) return 3;
    return this.#operandPrefix ? 1 : 0;
  }

  #operands(form: CompiledForm): void {
    this.#aux |= form.condition;
    // The address comes before any immediate.
    if (form.modrm) this.#address(form);
    for (const step of form.steps) this.#operand(step);
  }

  #operand({ kind, byte, value }: Step): void {
    switch (kind) {
      case STEP.M:
        if (this.#mod === 3 && this.#cpu.model !== MODEL.I8086) this.#invalid = true;
        break;
      case STEP.R:
      case STEP.Z:
        this.#rmOperand = this.#register(this.#rm, byte);
        break;
      case STEP.ACC_RM:
        this.#rmOperand = this.#register(0, byte);
        break;
      case STEP.ACC_REG:
        this.#regOperand = this.#register(0, byte);
        break;
      case STEP.O:
        this.#rmOperand = -1;
        this.#setEa(ZERO, ZERO, 0, DS);
        this.#disp = this.#address32 ? this.#bytes.next32() : this.#bytes.next16();
        break;
      case STEP.G:
        this.#regOperand = this.#register(this.#reg, byte);
        break;
      case STEP.S:
        this.#segmentRegister();
        break;
      case STEP.SPECIAL:
        this.#regOperand = this.#reg;
        break;
      case STEP.FIXED_S:
        this.#regOperand = value;
        break;
      case STEP.X:
        this.#setEa(ZERO, ZERO, 0, DS);
        break;
      case STEP.P:
        this.#regOperand = this.#wideRegister(SLOT.X87, this.#reg);
        break;
      case STEP.V:
        this.#regOperand = this.#wideRegister(SLOT.XMM, this.#reg);
        break;
      case STEP.N:
        this.#rmOperand = this.#wideRegister(SLOT.X87, this.#rm);
        break;
      case STEP.U:
        this.#rmOperand = this.#wideRegister(SLOT.XMM, this.#rm);
        break;
      case STEP.STACK:
        this.#regOperand = this.#rm;
        break;
      case STEP.FOP:
        this.#imm = (value << 8) | this.#modrm;
        break;
      default:
        this.#immediate(kind);
    }
  }

  #immediate(kind: number): void {
    switch (kind) {
      case STEP.IB: {
        const byte = this.#bytes.next8();
        if (this.#second) this.#aux |= byte;
        else this.#imm = byte;
        break;
      }
      case STEP.IX:
        this.#imm = this.#operand32 ? this.#bytes.nextSigned8() : this.#bytes.nextSigned8() & 0xffff;
        break;
      case STEP.IW:
        this.#imm = this.#bytes.next16();
        // ENTER has a second immediate.
        this.#second = true;
        break;
      case STEP.IZ:
        this.#imm = this.#operand32 ? this.#bytes.next32() : this.#bytes.next16();
        break;
      case STEP.ONE:
        this.#imm = 1;
        break;
      case STEP.JB:
        this.#imm = this.#bytes.nextSigned8();
        this.#relative = true;
        break;
      case STEP.JZ:
        this.#imm = this.#operand32 ? this.#bytes.next32() : (this.#bytes.next16() << 16) >> 16;
        this.#relative = true;
        break;
      case STEP.A:
        this.#imm = this.#operand32 ? this.#bytes.next32() : this.#bytes.next16();
        this.#aux |= this.#bytes.next16();
        break;
    }
  }

  // Before the 80386 there are four, and the upper bit is ignored by the 8086.
  #segmentRegister(): void {
    const { model } = this.#cpu;
    this.#regOperand = model < MODEL.I80286 ? this.#reg & 3 : this.#reg;
    if (this.#regOperand > (model < MODEL.I80386 ? 3 : 5)) this.#invalid = true;
  }

  #register(number: number, byte: boolean): number {
    const { base } = this.#cpu;
    return byte ? base + (number & 3) * 8 + (number >> 2) : base + number * 8;
  }

  // MMX and XMM registers have four words each.
  #wideRegister(first: number, number: number): number {
    return this.#cpu.base + (first + number * 4) * 4;
  }

  #address({ steps }: CompiledForm): void {
    const operand = rmOperand(steps);
    if (operand === undefined) return;
    if (this.#mod === 3) {
      const { kind, byte } = operand;
      if (kind === STEP.Q) this.#rmOperand = this.#wideRegister(SLOT.X87, this.#rm);
      else if (kind === STEP.W) this.#rmOperand = this.#wideRegister(SLOT.XMM, this.#rm);
      else this.#rmOperand = this.#register(this.#rm, byte);
      this.#setEa(ZERO, ZERO, 0, DS);
    } else {
      this.#rmOperand = -1;
      if (this.#address32) this.#address32Bit();
      else this.#address16Bit();
    }
  }

  #address16Bit(): void {
    const rm = this.#rm;
    if (this.#mod === 0 && rm === 6) {
      this.#disp = this.#bytes.next16();
      this.#setEa(ZERO, ZERO, 0, DS);
      return;
    }
    if (this.#mod === 1) this.#disp = this.#bytes.nextSigned8();
    else if (this.#mod === 2) this.#disp = this.#bytes.next16();
    this.#setEa(BASE16[rm], INDEX16[rm], 0, BASE16[rm] === REG.BP * 2 ? SS : DS);
  }

  #address32Bit(): void {
    let base = this.#rm * 2;
    let index: number = ZERO;
    let scale = 0;
    let noBase = this.#mod === 0 && this.#rm === 5;
    if (this.#rm === 4) {
      const sib = this.#bytes.next8();
      base = (sib & 7) * 2;
      noBase = this.#mod === 0 && (sib & 7) === 5;
      if (((sib >> 3) & 7) !== REG.SP) {
        index = ((sib >> 3) & 7) * 2;
        scale = sib >> 6;
      }
    }
    if (noBase) base = ZERO;
    if (this.#mod === 1) this.#disp = this.#bytes.nextSigned8();
    else if (this.#mod === 2 || noBase) this.#disp = this.#bytes.next32();
    this.#setEa(base, index, scale, base === REG.SP * 2 || base === REG.BP * 2 ? SS : DS);
  }

  #setEa(base: number, index: number, scale: number, segment: number): void {
    const chosen = this.#segment < 0 ? segment : this.#segment;
    this.#ea =
      base |
      (index << EA.INDEX_SHIFT) |
      (scale << EA.SCALE_SHIFT) |
      (chosen << EA.SEGMENT_SHIFT) |
      (this.#address32 ? 0 : EA.ADDRESS16);
  }

  #op(form: CompiledForm | undefined, cached: boolean): number {
    const { model } = this.#cpu;
    if (this.#operand32) this.#aux |= AUX.OPERAND32;
    if (this.#address32) this.#aux |= AUX.ADDRESS32;
    if (form === undefined || this.#invalid) return OP_UD;
    if ((this.#aux & AUX.LOCK) !== 0 && model >= MODEL.I80386) {
      if (!form.form.lock || this.#rmOperand !== -1) return OP_UD;
    }
    const column = form.column >= 0 ? form.column : this.#operand32 ? 2 : 1;
    const op = form.ops[column];
    return cached && !isOwnWay(op, model) ? this.#hot(form, op) || op : op;
  }

  // Only what is kept decoded can be a case of the hot switch: it relies on the page.
  #hot(form: CompiledForm, op: number): number {
    if (this.#relative) return this.#hotJump(op, form.condition);
    if (this.#rmOperand === -1) return hotCase(op, true);
    const swapped = swappedCase(op);
    if (swapped !== 0) {
      const register = this.#regOperand;
      this.#regOperand = this.#rmOperand;
      this.#rmOperand = register;
      return swapped;
    }
    return hotCase(op, false) || plainCase(op, (this.#aux & (AUX.REP | AUX.REPNE)) !== 0);
  }

  // A jump inside its page, of the size of the code: the distance is kept in records.
  #hotJump(op: number, condition: number): number {
    const code32 = (this.#cpu.state[CS + SEG.ATTRIBUTES] & ATTR.DB) !== 0;
    const distance = this.#imm + this.#bytes.consumed;
    const target = this.#bytes.start - this.#cpu.codePage + distance;
    if (code32 !== this.#operand32 || code32 !== this.#address32) return 0;
    if (target < 0 || target >= PAGE) return awayCase(op);
    this.#disp = distance << RECORD_SHIFT;
    return jumpCase(op, condition);
  }
}

const RM_STEPS: ReadonlySet<number> = new Set([STEP.E, STEP.M, STEP.Q, STEP.W]);

function rmOperand(steps: readonly Step[]): Step | undefined {
  return steps.find(({ kind }) => RM_STEPS.has(kind));
}
