// A cpio archive in the "new ASCII" format, which Linux unpacks as its initramfs (Documentation/driver-api/early-userspace/
// buffer-format.rst): for each file a header of 110 bytes, in hexadecimal digits, then its name and its contents.

/**
 * @typedef {{ name: string, mode: number, data?: Uint8Array, device?: readonly [major: number, minor: number] }} CpioEntry
 *   `mode` has the kind of the file too: 0o040755 is a directory, 0o100755 a program, 0o120777 a link to `data`, 0o020600 a
 *   character device.
 */

/** @param {readonly CpioEntry[]} entries directories before what is in them */
export function cpio(entries) {
  /** @type {CpioEntry} */
  const trailer = { name: 'TRAILER!!!', mode: 0 };
  const parts = [...entries, trailer].flatMap((entry, n) => {
    const { mode, data = new Uint8Array(), device = [0, 0] } = entry;
    const name = Buffer.from(`${entry.name}\0`);
    const links = 1;
    const [major, minor] = device;
    // Inode, mode, user, group, links, time, size, the device that holds it (two), the device that it is (two), name, checksum.
    const fields = [n + 1, mode, 0, 0, links, 0, data.length, 0, 0, major, minor, name.length, 0];
    const header = `070701${fields.map((each) => each.toString(16).padStart(8, '0')).join('')}`;
    return [padded(Buffer.concat([Buffer.from(header), name])), padded(data)];
  });
  return Buffer.concat(parts);
}

/** @param {Uint8Array} bytes */
function padded(bytes) {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}
