// The file system of a small Linux: busybox, and an /init that gives a shell on the kernel's console.

import { cpio } from './cpio.mjs';

/** What the shell says first, and its prompt: tests wait for them. */
export const BANNER = 'Picovm: busybox is up';
export const PROMPT = 'picovm# ';

const INIT = `#!/bin/sh
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
export PS1='${PROMPT}' HOME=/ TERM=linux
echo "${BANNER}, Linux $(uname -r)"
# The shell gets a terminal of its own, so that Ctrl-C works; when it ends, the machine does.
setsid cttyhack sh
poweroff -f
`;

// Links cost the guest less than "busybox --install".
const APPLETS =
  'sh ash mount umount echo cat ls uname dmesg poweroff reboot setsid cttyhack sleep ps free df dd sync mkdir rm cp mv ln ' +
  'date grep sed awk head tail wc hexdump md5sum cmp vi stty ifconfig ip route ping udhcpc wget mknod lspci fdisk mke2fs ' +
  'mkfs.vfat od tr seq test true false env top kill hwclock insmod modprobe chmod';

/**
 * @param {Uint8Array} busybox a static one for i386
 * @param {readonly import('./cpio.mjs').CpioEntry[]} more further files
 */
export function makeInitramfs(busybox, more = []) {
  const folders = ['bin', 'dev', 'proc', 'sys', 'tmp', 'mnt', 'etc'];
  return cpio([
    ...folders.map((name) => ({ name, mode: 0o040755 })),
    // The kernel opens it for /init, which mounts the rest.
    { name: 'dev/console', mode: 0o020600, device: /** @type {const} */ ([5, 1]) },
    { name: 'bin/busybox', mode: 0o100755, data: busybox },
    ...APPLETS.split(' ').map((each) => ({ name: `bin/${each}`, mode: 0o120777, data: Buffer.from('busybox') })),
    { name: 'init', mode: 0o100755, data: Buffer.from(INIT) },
    ...more,
  ]);
}
