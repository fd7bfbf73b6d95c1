import type { PcFileSettings } from '../../options/pc-settings.ts';

/** The files that a `pc` begins with, by their options: none of them may be written over. */
export function pcInputs({
  drives,
  kernel,
  initrds,
  bios,
  vgaBios,
}: PcFileSettings): { option: string; path: string }[] {
  const named = { '--kernel': kernel, '--bios': bios, '--vga-bios': vgaBios };
  return [
    ...drives.map(({ option, file }) => ({ option: `--${option}`, path: file })),
    ...initrds.map((path) => ({ option: '--initrd', path })),
    ...Object.entries(named).flatMap(([option, path]) => (path === undefined ? [] : [{ option, path }])),
  ];
}
