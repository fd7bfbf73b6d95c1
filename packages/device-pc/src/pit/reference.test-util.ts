/**
 * A counter of the 8254 that really counts: it takes each tick of its clock, by the words of the data sheet. Slow, and written
 * without a look at the one that reckons. A count of 1, which modes 2 and 3 do not allow, leaves OUT high.
 */
export class ReferenceCounter {
  mode = 0;
  modulus = 65_536;
  register = 0;
  value = 0;
  out = false;
  gate = false;
  nullCount = true;
  #written = false;
  #load = false;
  #trigger = false;
  #running = false;
  #done = false;
  #halfCount = 0;

  setMode(mode: number, bcd: boolean): void {
    this.mode = mode;
    this.modulus = bcd ? 10_000 : 65_536;
    this.value %= this.modulus;
    this.out = mode !== 0;
    this.nullCount = true;
    this.#written = false;
    this.#load = false;
    this.#trigger = false;
    this.#running = false;
    this.#done = false;
  }

  firstByte(): void {
    if (this.mode !== 0) return;
    this.out = false;
    this.#load = false;
    this.#running = false;
  }

  setCount(count: number): void {
    this.register = count === 0 ? this.modulus : count;
    this.nullCount = true;
    if (this.mode === 0) {
      this.out = false;
      this.#running = false;
    }
    if (this.mode === 0 || this.mode === 4 || ((this.mode === 2 || this.mode === 3) && !this.#written)) {
      this.#load = true;
    }
    this.#written = true;
  }

  setGate(level: boolean): void {
    if (level && !this.gate && this.#written && ![0, 4].includes(this.mode)) this.#trigger = true;
    // A trigger that came before is sampled all the same.
    if (!level && (this.mode === 2 || this.mode === 3)) this.out = true;
    this.gate = level;
  }

  /** A falling edge of CLK. */
  clock(): void {
    if (this.mode === 4 || this.mode === 5) this.out = true;
    if (this.#load || this.#trigger) this.#start();
    else if (this.#running) this.#count();
  }

  #start(): void {
    this.#load = false;
    this.#trigger = false;
    this.#running = true;
    this.#done = false;
    this.#take();
    if (this.mode === 1) this.out = false;
    else if (this.mode !== 0) this.out = true;
  }

  #take(): void {
    this.nullCount = false;
    this.#halfCount = this.register;
    this.value = (this.mode === 3 ? this.register - (this.register % 2) : this.register) % this.modulus;
  }

  #count(): void {
    if (this.mode === 3) {
      if (this.gate) this.#countByTwo();
      return;
    }
    if (!this.gate && this.mode !== 1 && this.mode !== 5) return;
    this.value = (this.value + this.modulus - 1) % this.modulus;
    if (this.mode === 2) {
      if (this.value === 1) this.out = false;
      if (this.value === 0) {
        this.#take();
        this.out = true;
      }
    } else if (this.value === 0 && !this.#done) {
      this.#done = true;
      this.out = this.mode <= 1;
    }
  }

  #countByTwo(): void {
    const odd = this.#halfCount % 2 === 1;
    if (this.#halfCount === 1) {
      this.#take();
    } else if (this.out && odd && this.value === 0) {
      this.#take();
      this.out = this.register === 1;
    } else {
      this.value = (this.value + this.modulus - 2) % this.modulus;
      if (this.value !== 0 || (this.out && odd)) return;
      this.#take();
      this.out = !this.out || this.register === 1;
    }
  }
}
