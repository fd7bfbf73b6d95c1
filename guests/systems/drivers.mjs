// Drivers that Debian's kernel has as modules, from the package of the kernel itself, which is the one of the installer.

/**
 * By what they are for: paths below `lib/modules/RELEASE/kernel`, in the order in which they have to be loaded.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const DRIVERS = {
  disks: [
    ...['crypto/crct10dif_common', 'crypto/crct10dif_generic', 'lib/crc-t10dif'],
    ...['lib/crc64', 'crypto/crc64_rocksoft_generic', 'lib/crc64-rocksoft', 'block/t10-pi'],
    ...['drivers/scsi/scsi_common', 'drivers/scsi/scsi_mod', 'drivers/scsi/sd_mod'],
    ...['drivers/cdrom/cdrom', 'drivers/scsi/sr_mod', 'fs/isofs/isofs'],
    ...['drivers/ata/libata', 'drivers/ata/ata_piix'],
  ],
  floppy: ['drivers/block/floppy'],
  mouse: ['drivers/input/mouse/psmouse'],
  ext4: ['lib/crc16', 'fs/mbcache', 'crypto/crc32c_generic', 'fs/jbd2/jbd2', 'fs/ext4/ext4'],
};

/**
 * The release of a kernel, such as `6.1.0-50-686`, which its modules must be of too.
 * @param {Uint8Array} bzImage
 */
export function kernelRelease(bzImage) {
  // Documentation/arch/x86/boot.rst: kernel_version is the offset of a text, less 200h.
  const at = 0x200 + new DataView(bzImage.buffer, bzImage.byteOffset).getUint16(0x20e, true);
  const [release] = Buffer.from(bzImage.subarray(at, at + 128))
    .toString('latin1')
    .split(/[ \0]/);
  return release;
}

/**
 * Where they lie in the initial file system: `/bin/drivers NAME...` loads them.
 * @param {(path: string) => Uint8Array} module gives one by its path below `kernel`
 * @returns {import('./cpio.mjs').CpioEntry[]}
 */
export function driverFiles(module) {
  const script = `#!/bin/sh
for name; do
  for file in /lib/drivers/$name/*; do insmod $file || exit; done
done
`;
  return [
    ...['lib', 'lib/drivers', ...Object.keys(DRIVERS).map((name) => `lib/drivers/${name}`)].map(folder),
    ...Object.entries(DRIVERS).flatMap(([name, paths]) =>
      paths.map((path, n) => {
        const file = `${String(n).padStart(2, '0')}-${path.split('/').at(-1)}.ko`;
        return { name: `lib/drivers/${name}/${file}`, mode: 0o100644, data: unsigned(module(`${path}.ko`)) };
      }),
    ),
    { name: 'bin/drivers', mode: 0o100755, data: Buffer.from(script) },
  ];
}

/**
 * A module without the signature behind it, which a guest checks for 30 million instructions: Debian's kernel takes it so, too, and
 * says that it does.
 * @param {Uint8Array} module
 */
function unsigned(module) {
  // include/linux/module_signature.h: behind the signature are 12 bytes, the last four its length, big-endian, and this text.
  const magic = '~Module signature appended~\n';
  const text = Buffer.from(module.subarray(-magic.length)).toString('latin1');
  if (text !== magic) return module;
  const end = module.length - magic.length;
  const length = new DataView(module.buffer, module.byteOffset).getUint32(end - 4);
  return module.subarray(0, end - 12 - length);
}

/** @param {string} name */
function folder(name) {
  return { name, mode: 0o040755 };
}
