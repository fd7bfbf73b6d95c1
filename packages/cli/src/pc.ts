// What the commands do with a `pc`, and the devices of a PC: built as a module of its own, which `load-pc.ts` loads.

import { i8042, pic8259, pit8254, port92, rtc } from '@picovm/device-pc';
import { mapPc } from './commands/pc/map-pc.ts';
import { resumePc } from './commands/pc/resume-pc.ts';
import { runPc } from './commands/pc/run-pc.ts';
import { walkPc } from './commands/pc/walk-pc.ts';
import { provideDevices } from './devices/built-in-devices.ts';
import { EXIT_STATUS } from './exit-status.ts';
import type { PcCommand, PcModule } from './pc-module.ts';
import { reportError } from './report-error.ts';

/** What the commands do with a `pc`. */
export const commands: PcModule['commands'] = {
  run: reporting(runPc),
  resume: reporting(resumePc),
  map: reporting(mapPc),
  walk: reporting(walkPc),
};

/** The devices of a PC that `--device` takes by their types. */
export const devices: PcModule['devices'] = [i8042, pic8259, pit8254, port92, rtc];

provideDevices(devices);

function reporting(command: PcCommand): PcCommand {
  return async (args) => {
    try {
      return await command(args);
    } catch (error) {
      reportError(error);
      return EXIT_STATUS.usage;
    }
  };
}
