import { bios } from '@picovm/bios';
import { boot, firmwareBoot } from '@picovm/boot';
import { type Device, Vm } from '@picovm/core';
import type { X86Vcpu } from '@picovm/core/x86';
import { debugConsole, uart16550 } from '@picovm/device-console';
import { ata, floppy } from '@picovm/device-disk';
import {
  dma8237,
  fwCfg,
  i8042,
  ioApic,
  localApic,
  pic8259,
  piix3Isa,
  piix4Pm,
  pit8254,
  port92,
  rtc,
} from '@picovm/device-pc';
import { i440fx, pciBus, setUpPci } from '@picovm/device-pci';
import { vga } from '@picovm/device-vga';
import { A20 } from './a20.ts';
import { ACPI_TABLES, acpiTables } from './acpi/acpi-tables.ts';
import { biosDisks } from './bios-disks.ts';
import { BOOT_ROM_ADDRESS, BootRom } from './boot-rom.ts';
import { checkPcOptions } from './check-options.ts';
import { cmosOf } from './cmos.ts';
import { CoprocessorError } from './coprocessor-error.ts';
import { placeDrives } from './drives.ts';
import { forgetKeyboardBuffer, keyboardHasRoom } from './keyboard-room.ts';
import { LocalApicWires } from './local-apic.ts';
import { MP_TABLE, mpTable } from './mp-table.ts';
import { DEFAULT_MEMORY, FRAME_BUFFER, pcMemory } from './pc-memory.ts';
import type { BootDrive, Pc, PcOptions } from './pc-types.ts';
import { connectTimeStamp } from './time-stamp.ts';

const BOOT_ORDER: readonly BootDrive[] = ['floppy', 'disk', 'cdrom'];
/** What the built-in BIOS tells of serial ports. */
const SERIAL = { serialPorts: [0x3f8, 0x2f8] } as const;
/** Where the power management ports are when no firmware places them. */
const PM_BASE = 0x600;
/** The item of fw_cfg that says whether the timer is at pin 2 of the I/O APIC: firmware tells the system. */
const IRQ0_OVERRIDE = 0x8002;
/** Where PCI devices are when no firmware places them: behind the frame buffer, which is memory. */
const PCI_ROOM = { memory: FRAME_BUFFER.base + FRAME_BUFFER.size } as const;

/**
 * A PC with a 440FX chipset: memory from 0 to `memory` but for A0000h to FFFFFh, a VGA, keyboard and mouse, a clock, timers, two
 * serial ports, floppy drives, IDE drives, a PCI bus, APICs, and power management. It starts by its firmware, or with a kernel.
 * @throws VmError `ERR_INVALID_ARGUMENT` for an option that is none, and whatever the devices, `boot` and `Vm` throw
 */
export function pc(options: PcOptions): Pc {
  checkPcOptions(options);
  const { accelerator, memory = DEFAULT_MEMORY, bootOrder = BOOT_ORDER, reboot = true, clock, disks = [] } = options;
  // An image for real mode counts on a BIOS that has set up the machine; a kernel for protected mode starts without any.
  const bootRom = options.boot?.cpu.mode === 'real' ? new BootRom(options.boot) : undefined;
  const byFirmware = options.boot === undefined || bootRom !== undefined;
  const ownBios = bios();
  const firmware = options.firmware ?? ownBios.rom;
  const map = pcMemory(memory, firmware.length);
  const firmwarePlan = firmwareBoot(firmware, { memory: map });
  // Firmware sets up what is on the PCI bus. Ours does not, and where none runs nobody does.
  const isSetUp = options.firmware === undefined || !byFirmware;

  const a20 = new A20();
  const apicWires = new LocalApicWires();
  const apic = localApic({ onNmi: () => apicWires.nmi() });
  const fpuError = new CoprocessorError();
  const pci = pciBus();
  const dma = dma8237();
  const { floppies = [undefined] } = options;
  // The controller is always there, and has one drive at least; nobody is told of one that shall not be there.
  const fdc = floppy({ dma, drives: floppies.length === 0 ? [{}] : floppies.map((blocks) => ({ blocks })) });
  const floppyDrives = fdc.drives.slice(0, floppies.length);
  const { drives, cdroms } = placeDrives(disks, options.cdroms ?? []);
  const ide = ata({ pci, drives });
  const clockChip = rtc({
    memorySize: memory,
    cmos: cmosOf(floppyDrives, bootOrder),
    ...(options.date !== undefined
      ? { date: options.date }
      : clock?.countFrom === undefined && { currentDate: Date.now }),
  });
  let made: Vm<X86Vcpu> | undefined;
  const input = i8042({ a20: a20.source(), mayType: () => made !== undefined && keyboardHasRoom(made, byFirmware) });
  const power = piix4Pm({ pci, pmBase: isSetUp ? PM_BASE : 0 });
  const screen = vga({ frameBuffer: FRAME_BUFFER.base, frameBufferSize: FRAME_BUFFER.size });
  const com1 = uart16550({ id: 'com1', base: 0x3f8, irq: 4, output: options.onSerial });
  const com2 = uart16550({ id: 'com2', base: 0x2f8, irq: 3 });
  const debug = debugConsole({ output: options.onDebug });
  const { devices = [] } = options;
  const vm = new Vm({
    accelerator,
    memory: map.regions,
    devices: [
      pic8259({ apic }),
      ioApic({ apic }),
      apic,
      pit8254({ onSpeaker: options.onSpeaker }),
      clockChip,
      dma,
      port92({ a20: a20.source() }),
      input,
      fpuError,
      pci,
      i440fx({ pci }),
      piix3Isa({ pci }),
      ide,
      power,
      fdc,
      screen,
      com1,
      com2,
      debug,
      ...(options.firmware === undefined ? [ownBios] : firmwareDevices(options, bootRom)),
      ...(bootRom === undefined ? [] : [bootRom]),
      ...(typeof devices === 'function' ? devices(pci) : devices),
    ],
    clock,
    logger: options.logger,
  });
  made = vm;
  let resets = 0;
  const start = (): void => {
    if (isSetUp) {
      setUpPci(vm.ports, PCI_ROOM);
      vm.memory.write(ACPI_TABLES, acpiTables());
    }
    const mp = mpTable(Number(vm.vcpu.getRegisters().rdx));
    if (!byFirmware) vm.memory.write(MP_TABLE, mp);
    if (byFirmware) forgetKeyboardBuffer(vm.memory);
    if (bootRom !== undefined) vm.memory.write(BOOT_ROM_ADDRESS, bootRom.bytes);
    boot(vm, byFirmware ? firmwarePlan : (options.boot ?? firmwarePlan));
    // The ROM has nothing there.
    if (byFirmware && isSetUp) vm.memory.write(MP_TABLE, mp);
  };
  const startAnew = (): 'resume' | undefined => {
    if (!reboot) return undefined;
    resets++;
    vm.reset();
    start();
    return 'resume';
  };
  try {
    a20.connect(vm.vcpu);
    fpuError.connect(vm.vcpu);
    apicWires.connect(vm, apic);
    connectTimeStamp(vm.vcpu, vm.clock);
    bootRom?.connect(vm);
    if (options.firmware === undefined) {
      const drivesOfBios = biosDisks(floppyDrives, ide, disks, cdroms);
      const optionRoms = bootRom !== undefined;
      ownBios.connect({ vm, disks: drivesOfBios, memoryMap: map.e820, ...SERIAL, bootOrder, optionRoms });
    }
    vm.on('system-event', ({ event }) => (event === 'reset' ? startAnew() : undefined));
    vm.on('shutdown', startAnew);
    start();
  } catch (error) {
    vm.dispose();
    throw error;
  }
  return {
    ...{ vm, vga: screen, com1, com2, debug, input, ide, fdc, rtc: clockChip, power, pci },
    get resets() {
      return resets;
    },
    restart: () => {
      vm.reset();
      start();
    },
  };
}

/** What only a firmware ROM asks for: QEMU's configuration device, with the video BIOS in it, and its log. */
function firmwareDevices(
  { videoBios, memory = DEFAULT_MEMORY, onFirmwareLog }: PcOptions,
  bootRom: BootRom | undefined,
): Device[] {
  const files = {
    ...(videoBios && { 'vgaroms/video.bin': videoBios }),
    ...(bootRom && { 'genroms/boot.bin': bootRom.bytes }),
  };
  const log = debugConsole({ id: 'firmware-log', port: 0x402, output: onFirmwareLog });
  return [fwCfg({ ramSize: memory, files, items: { [IRQ0_OVERRIDE]: Uint8Array.of(1, 0, 0, 0) } }), log];
}
