const ENTRY = 32;
const DELETED = 0xe5;

/** A floppy with a FAT12 file system, as another system sees it. */
export class Fat12 {
  readonly #image: Buffer;

  constructor(image: Buffer) {
    this.#image = image;
  }

  /** The names of all files, and what is in them. */
  files(): Record<string, string> {
    const files: Record<string, string> = {};
    for (const { name, size, clusters } of this.#entries()) {
      const parts = clusters.map((number) => this.#cluster(number).toString('latin1'));
      files[name] = parts.join('').slice(0, size);
    }
    return files;
  }

  /** What does not fit together: none, if the file system is intact. */
  problems(): string[] {
    const { fat, fatSize, last } = this.#layout();
    const second = this.#image.subarray(fat + fatSize, fat + 2 * fatSize);
    const problems = second.equals(this.#image.subarray(fat, fat + fatSize)) ? [] : ['the two FATs differ'];
    const owner = new Map<number, string>();
    for (const { name, size, clusters } of this.#entries()) {
      if (clusters.length !== Math.ceil(size / this.#layout().clusterSize)) problems.push(`${name} has a wrong size`);
      for (const number of clusters) {
        if (number < 2 || number > last || owner.has(number)) problems.push(`${name} has cluster ${number}`);
        owner.set(number, name);
      }
    }
    for (let number = 2; number <= last; number++) {
      if (this.#next(number) !== 0 && !owner.has(number)) problems.push(`cluster ${number} is nobody's`);
    }
    return problems;
  }

  #entries(): { name: string; size: number; clusters: number[] }[] {
    const { root, data } = this.#layout();
    const entries = [];
    for (let at = root; at < data && this.#image[at] !== 0; at += ENTRY) {
      if (this.#image[at] === DELETED) continue;
      const part = (from: number, to: number): string => this.#image.toString('latin1', at + from, at + to).trim();
      const clusters = this.#chain(this.#image.readUInt16LE(at + 26));
      entries.push({ name: `${part(0, 8)}.${part(8, 11)}`, size: this.#image.readUInt32LE(at + 28), clusters });
    }
    return entries;
  }

  #chain(first: number): number[] {
    const clusters: number[] = [];
    for (let number = first; number >= 2 && number < 0xff8 && clusters.length < 4096; number = this.#next(number)) {
      clusters.push(number);
    }
    return clusters;
  }

  #next(cluster: number): number {
    const pair = this.#image.readUInt16LE(this.#layout().fat + cluster + (cluster >> 1));
    return (cluster & 1) === 1 ? pair >> 4 : pair & 0xfff;
  }

  #cluster(number: number): Buffer {
    const { data, clusterSize } = this.#layout();
    const at = data + (number - 2) * clusterSize;
    return this.#image.subarray(at, at + clusterSize);
  }

  #layout(): { fat: number; fatSize: number; root: number; data: number; clusterSize: number; last: number } {
    const word = (at: number): number => this.#image.readUInt16LE(at);
    const [fat, fatSize] = [word(14) * 512, word(22) * 512];
    const root = fat + this.#image[16] * fatSize;
    const data = root + word(17) * ENTRY;
    const clusterSize = this.#image[13] * 512;
    return { fat, fatSize, root, data, clusterSize, last: Math.floor((word(19) * 512 - data) / clusterSize) + 1 };
  }
}
