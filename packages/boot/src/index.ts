export type { CompressionFormat } from './compression/compression-format.ts';
export { compressionFormat } from './compression/compression-format.ts';
export { canDecompress, type DecompressOptions, decompress } from './compression/decompress.ts';
export type { Progress } from './compression/output.ts';
export { type ElfBootOptions, elfBoot } from './elf/elf-boot.ts';
export { type FirmwareOptions, firmwareBoot } from './firmware/firmware-boot.ts';
export { detectImage, FLOPPY_SIZES, type ImageKind } from './image/detect-image.ts';
export { type PlanBootOptions, planBoot } from './image/plan-boot.ts';
export { linuxBoot } from './linux/linux-boot.ts';
export type { LinuxOptions } from './linux/linux-options.ts';
export {
  E820,
  type E820Entry,
  type MemoryLike,
  type MemoryMap,
  memoryMapOf,
  type PcMemoryOptions,
  pcMemoryMap,
} from './memory/memory-map.ts';
export type { BootModule } from './multiboot/modules.ts';
export { type MultibootOptions, multibootBoot } from './multiboot/multiboot-boot.ts';
export { multiboot2Boot } from './multiboot/multiboot2-boot.ts';
export { type BootTarget, boot } from './plan/boot.ts';
export type {
  BootCpu,
  BootPlan,
  BootProtocol,
  BootRegisters,
  BootSegment,
  LongModeCpu,
  ProtectedModeCpu,
  RealModeCpu,
  ResetCpu,
} from './plan/boot-plan.ts';
export { formatBootPlan } from './plan/format-plan.ts';
export { type PvhOptions, pvhBoot } from './pvh/pvh-boot.ts';
export { type BootSectorOptions, bootSector } from './raw/boot-sector.ts';
export { type FlatBootOptions, flatBoot } from './raw/flat-boot.ts';
