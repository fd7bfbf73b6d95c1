import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './cli-process.test-util.ts';

/** Boot sectors without their ends, as NASM assembles the sources above them. */
const GUESTS = {
  /*
   * Says "ready>", on the screen and on COM1; then shows every key on the screen, and sends back every byte of COM1. The key
   * F1 powers the machine off.
   *
   *   start:  xor ax, ax / mov ds, ax / mov ss, ax / mov sp, 0x7c00 / mov si, text
   *   say:    lodsb / test al, al / jz loop / call show / call send / jmp say
   *   loop:   mov ah, 1 / int 0x16 / jz serial / mov ah, 0 / int 0x16 / cmp ax, 0x3b00 / je off
   *           cmp al, 13 / jne .one / call show / mov al, 10
   *   .one:   call show
   *   serial: mov dx, 0x3fd / in al, dx / test al, 1 / jz loop / mov dx, 0x3f8 / in al, dx / out dx, al / jmp loop
   *   off:    mov dx, 0x604 / mov ax, 0x2000 / out dx, ax / hlt
   *   show:   mov ah, 0x0e / mov bx, 7 / int 0x10 / ret
   *   send:   mov dx, 0x3f8 / out dx, al / ret
   *   text:   db 'ready>', 0
   */
  echo:
    '31c08ed88ed0bc007cbe587cac84c07408e83700e83c00ebf3b401cd167415b400cd163d003b741b3c0d7505e81c00b00ae81700bafd03ec' +
    'a80174ddbaf803eceeebd6ba0406b80020eff4b40ebb0700cd10c3baf803eec372656164793e',
  /*
   * Writes sector after sector of the first disk by PIO: each full of its number's low byte, with the number in its first
   * four bytes. It flushes the cache behind each, and only then sends the number to COM1, as four digits and a blank. At the
   * end of the disk, it powers the machine off.
   *
   *   start:  xor ax, ax / mov ds, ax / mov es, ax / mov ss, ax / mov sp, 0x7c00 / cld / xor ebx, ebx
   *   next:   mov dx, 0x1f6 / mov al, 0xe0 / out dx, al / call ready
   *           mov dx, 0x1f2 / mov al, 1 / out dx, al / inc dx / mov al, bl / out dx, al / inc dx / mov al, bh / out dx, al
   *           inc dx / xor al, al / out dx, al / mov dx, 0x1f7 / mov al, 0x30 / out dx, al / call ready
   *           mov di, 0x8000 / mov al, bl / mov cx, 512 / rep stosb / mov [0x8000], ebx
   *           mov si, 0x8000 / mov dx, 0x1f0 / mov cx, 256 / rep outsw / call ready / test al, 1 / jnz stop
   *           mov dx, 0x1f7 / mov al, 0xe7 / out dx, al / call ready / test al, 1 / jnz stop
   *           mov cx, 4 / mov bp, bx
   *   digit:  rol bp, 4 / mov ax, bp / and al, 15 / cmp al, 10 / sbb al, 0x69 / das / mov dx, 0x3f8 / out dx, al / loop digit
   *           mov al, ' ' / out dx, al / inc ebx / cmp ebx, 0xffff / jb next
   *   stop:   mov dx, 0x604 / mov ax, 0x2000 / out dx, ax / cli / hlt
   *   ready:  mov dx, 0x1f7
   *   .busy:  in al, dx / test al, 0x80 / jnz .busy / ret
   */
  ata:
    '31c08ed88ec08ed0bc007cfc6631dbbaf601b0e0eee87700baf201b001ee4288d8ee4288f8ee4230c0eebaf701b030eee85c00bf008088d8' +
    'b90002f3aa66891e0080be0080baf001b90001f36fe83f00a8017532baf701b0e7eee83200a8017525b9040089ddc1c50489e8240f3c0a1c' +
    '692fbaf803eee2eeb020ee66436681fbffff00007289ba0406b80020effaf4baf701eca88075fbc3',
  /*
   * Adds one to the first byte of the first disk, by INT 13h, and sends it to COM1 as a letter from A on, or ! if that cannot
   * be; powers the machine off.
   *
   *   start:  xor ax, ax / mov ds, ax / mov es, ax / mov ss, ax / mov sp, 0x7c00
   *           mov ax, 0x0201 / call disk / inc byte [0x8000] / mov ax, 0x0301 / call disk / mov al, [0x8000] / add al, '@'
   *   out:    mov dx, 0x3f8 / out dx, al / mov dx, 0x604 / mov ax, 0x2000 / out dx, ax / cli / hlt
   *   disk:   mov bx, 0x8000 / mov cx, 1 / mov dx, 0x80 / int 0x13 / jc failed / ret
   *   failed: mov al, '!' / jmp out
   */
  int13:
    '31c08ed88ec08ed0bc007cb80102e81c00fe060080b80103e81200a000800440baf803eeba0406b80020effaf4bb0080b90100ba8000cd13' +
    '7201c3b021ebe1',
  /*
   * Sets the graphics mode 13h, fills half of it, sends "G" to COM1, and waits for ever.
   *
   *           mov ax, 0x13 / int 0x10 / mov ax, 0xa000 / mov es, ax / xor di, di / mov cx, 0x8000 / mov ax, 0x2828 / cld
   *           rep stosw / mov dx, 0x3f8 / mov al, 'G' / out dx, al
   *   idle:   sti / hlt / jmp idle
   */
  graphics: 'b81300cd10b800a08ec031ffb90080b82828fcf3abbaf803b047eefbf4ebfc',
} as const;

/*
 * A multiboot kernel that is no ELF file: sends its command line, a bar, and its first module to COM1, and powers off.
 *
 *   bits 32 / org 0x100000
 *   header: dd 0x1badb002, 0x10000, -(0x1badb002 + 0x10000), header, header, 0, 0, start
 *   start:  mov esi, [ebx + 16] / call say / mov al, '|' / out dx, al / mov esi, [ebx + 24] / cmp dword [ebx + 20], 0
 *           je off / mov ecx, [esi + 4] / mov esi, [esi] / sub ecx, esi / rep outsb
 *   off:    mov dx, 0x604 / mov ax, 0x2000 / out dx, ax / cli / hlt
 *   say:    mov dx, 0x3f8
 *   .next:  lodsb / test al, al / jz .end / out dx, al / jmp .next
 *   .end:   ret
 */
const MULTIBOOT =
  '02b0ad1b00000100fe4f51e400001000000010000000000000000000200010008b7310e821000000b07cee8b7318837b140074098b4e048b3629' +
  'f1f36e66ba040666b8002066effaf466baf803ac84c07403eeebf8c3';

/** The bytes of a boot sector. */
export function bootSectorBytes(name: keyof typeof GUESTS): Uint8Array {
  const image = new Uint8Array(512);
  image.set(Buffer.from(GUESTS[name], 'hex'));
  image.set([0x55, 0xaa], 510);
  return image;
}

/** Bytes in a temporary file. @param size of the file, if it is to be longer */
export function imageFile(name: string, bytes: Uint8Array, size: number = bytes.length): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, bytes);
  truncateSync(path, size);
  return path;
}

/** A boot sector in a temporary file. */
export function bootSector(name: keyof typeof GUESTS): string {
  return imageFile(`${name}.img`, bootSectorBytes(name));
}

/** A kernel. */
export function multibootKernel(): Uint8Array {
  return Buffer.from(MULTIBOOT, 'hex');
}

/** A CD that boots a sector without emulation (El Torito). */
export function bootableCd(code: Uint8Array): Uint8Array {
  const SECTOR = 2048;
  const cd = Buffer.alloc(24 * SECTOR);
  cd.write('\x01CD001\x01', 16 * SECTOR, 'latin1');
  cd.write('\x00CD001\x01EL TORITO SPECIFICATION', 17 * SECTOR, 'latin1');
  cd.writeUInt32LE(19, 17 * SECTOR + 0x47);
  cd.write('\xffCD001\x01', 18 * SECTOR, 'latin1');
  // The validation entry, whose words sum up to 0, and the entry to boot: one virtual sector at sector 20.
  cd.set([1, 0, 0, 0], 19 * SECTOR);
  cd.set([0xaa, 0x55, 0x55, 0xaa], 19 * SECTOR + 28);
  cd.set([0x88, 0, 0, 0, 0, 0, 1, 0, 20], 19 * SECTOR + 32);
  cd.set(code, 20 * SECTOR);
  return cd;
}

/** An empty disk in a temporary file. @param size bytes */
export function emptyDisk(size: number, name = 'disk.img'): string {
  return imageFile(name, new Uint8Array(0), size);
}
