/** Machine code of 32-bit protected mode, put together a few instructions at a time. */
export class Code {
  readonly #bytes: number[] = [];

  get bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  raw(...bytes: number[]): this {
    this.#bytes.push(...bytes);
    return this;
  }

  /** mov edx, port; mov eax, value; out dx, eax / ax / al */
  out(port: number, value: number, size: 1 | 2 | 4): this {
    return this.#dx(port)
      .raw(0xb8, ...dword(value))
      .#io(0xe6 + 8, size);
  }

  /** mov edx, port; in eax / ax / al, dx; after xor eax, eax */
  in(port: number, size: 1 | 2 | 4): this {
    return this.#dx(port)
      .raw(0x31, 0xc0)
      .#io(0xe4 + 8, size);
  }

  /** mov edx, port; out dx, eax */
  outEax(port: number): this {
    return this.#dx(port).#io(0xe6 + 8, 4);
  }

  /** mov eax, value */
  set(value: number): this {
    return this.raw(0xb8, ...dword(value));
  }

  /** mov [address], eax */
  store(address: number): this {
    return this.raw(0xa3, ...dword(address));
  }

  /** mov eax, [address] */
  load(address: number): this {
    return this.raw(0xa1, ...dword(address));
  }

  /** mov byte [address], value */
  storeByte(address: number, value: number): this {
    return this.raw(0xc6, 0x05, ...dword(address), value);
  }

  /** and eax, value; neg eax: what was read of a base address register becomes its size. */
  toSize(kindBits: number): this {
    return this.raw(0x25, ...dword(~kindBits), 0xf7, 0xd8);
  }

  /** hlt */
  halt(): this {
    return this.raw(0xf4);
  }

  #dx(port: number): this {
    return this.raw(0xba, ...dword(port));
  }

  #io(opcode: number, size: 1 | 2 | 4): this {
    return this.raw(...(size === 2 ? [0x66] : []), opcode + (size === 1 ? 0 : 1));
  }
}

function dword(value: number): number[] {
  return [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);
}
