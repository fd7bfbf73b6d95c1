import { describe, expect, it } from 'vitest';
import { type DeviceContext, VmError } from '../index.ts';
import { HLT_WAITING, type Program } from './fake-accelerator.test-util.ts';
import { device, makeVm, onWrite, runProgram } from './make-vm.test-util.ts';

const broken = (): never => {
  throw new Error('broken');
};

/** Writes to port 0, and goes on. */
const writing: Program = function* (cpu) {
  for (;;) {
    cpu.sink.portWrite(0, 1, 0);
    yield;
  }
};

function failure(message: string) {
  const error = expect.objectContaining({ code: 'ERR_DEVICE', message: expect.stringContaining(message) });
  return { outcome: 'failed', error, message: expect.stringContaining(message) };
}

describe('an exit handler that is asynchronous stops its VM', () => {
  it('even if it is rejected later', async () => {
    using vm = makeVm(writing);
    vm.on('io', (async () => Promise.reject(new Error('later'))) as never);
    expect(await vm.run()).toMatchObject(failure('a handler cannot be asynchronous'));
  });

  it('but what else a handler returns claims nothing', async () => {
    const seen: string[] = [];
    using vm = makeVm(function* () {});
    vm.on('halt', (({ reason }: { reason: string }) => seen.push(reason)) as never);
    expect((await vm.run()).outcome).toBe('halted');
    expect(seen).toEqual(['halt']);
  });
});

describe('a device that throws stops its VM', () => {
  it('in an access', async () => {
    const result = await runProgram(writing, { devices: [onWrite(0, broken)] });
    expect(result).toMatchObject(failure('port-0 threw while the guest did a 1-byte write at port 0x0: broken'));
    expect(result.error).toBeInstanceOf(VmError);
    expect(result.error?.cause).toEqual(new Error('broken'));
    expect(result.counters.exits.io).toBe(1);
  });

  it.each([1, 4] as const)('by answering an access of %i bytes with a promise', async (size) => {
    const late = async (): Promise<never> => {
      throw new Error('later');
    };
    for (const program of [
      function* (cpu) {
        cpu.sink.portWrite(0, size, 0);
        yield;
      },
      function* (cpu) {
        cpu.sink.portRead(0, size);
        yield;
      },
    ] satisfies Program[]) {
      const async = device('async', ({ claimPorts }) => {
        claimPorts({ base: 0, length: 4, width: { max: 2 } }, { read: late, write: late } as never);
      });
      expect(await runProgram(program, { devices: [async] })).toMatchObject(failure('it answers with a promise'));
    }
  });

  it('in an alarm; the alarms behind it stay', async () => {
    let rang = 0;
    const devices = [
      device('timer', ({ clock }) => {
        clock.alarm(0, broken);
        clock.alarm(0, () => rang++);
      }),
    ];
    using vm = makeVm(function* () {}, { devices });
    expect(await vm.run()).toMatchObject(failure("a device's alarm threw: broken"));
    expect(rang).toBe(0);
    expect((await vm.run()).outcome).toBe('halted');
    expect(rang).toBe(1);
  });

  it('as interrupt controller, when the CPU asks it for a vector', async () => {
    const devices = [
      device('pic', ({ claimInterrupts }) => {
        claimInterrupts({ setLine: () => {}, acknowledge: broken }).set(true);
      }),
    ];
    const result = await runProgram(
      function* (cpu) {
        cpu.interruptsEnabled = true;
        yield;
      },
      { devices },
    );
    expect(result).toMatchObject(failure("'irq-window' exits threw: broken"));
  });

  it('as interrupt controller, when a line changes', async () => {
    const devices = [
      device('pic', ({ claimInterrupts }) => void claimInterrupts({ setLine: broken, acknowledge: () => 0 })),
      onWrite(0, (_value, { irq }) => irq(1).set(true)),
    ];
    expect(await runProgram(writing, { devices })).toMatchObject(failure('broken'));
  });
});

describe('what else may fail', () => {
  it('is a handler or an observer', async () => {
    using vm = makeVm(writing);
    const handler = vm.on('io', broken);
    expect(await vm.run()).toMatchObject(failure("a handler of 'io' exits threw: broken"));
    handler[Symbol.dispose]();
    vm.observe(broken);
    expect(await vm.run()).toMatchObject(failure('an observer of exits threw: broken'));
  });

  it('is a logger or the answer to an unmapped access', async () => {
    const logger = { debug: broken, info: broken, warn: broken, error: broken };
    expect(await runProgram(writing, { logger })).toMatchObject(failure('broken'));
    expect(await runProgram(writing, { onUnmapped: broken })).toMatchObject(failure('broken'));
  });

  it('is an unmapped access, if the user wants that', async () => {
    expect(await runProgram(writing, { onUnmapped: 'throw' })).toMatchObject({
      outcome: 'failed',
      error: { code: 'ERR_UNMAPPED_ACCESS' },
    });
  });

  it('is reported once each address to the logger', async () => {
    const messages: string[] = [];
    const info = (message: string): void => void messages.push(message);
    const logger = { debug: info, info, warn: info, error: info };
    await runProgram(writing, { logger }, { maxExits: 10 });
    expect(messages).toEqual(['1-byte write at port 0x0, which nobody owns']);
  });

  it('between runs ends the next one, and no other', async () => {
    using vm = makeVm(function* () {}, { devices: [onWrite(0, broken)] });
    vm.ports.write(0, 1, 5);
    expect(await vm.run()).toMatchObject(failure('broken'));
    expect((await vm.run()).outcome).toBe('halted');
  });

  it('is a function that the user gave the vCPU: the run ends, and the next one goes on', async () => {
    const failed = new VmError('ERR_DEVICE', 'a hook threw: broken', { cause: new Error('broken') });
    using vm = makeVm(
      // biome-ignore lint/correctness/useYield: it throws before it could
      function* () {
        throw failed;
      },
    );
    expect(await vm.run()).toMatchObject({ outcome: 'failed', error: failed, exit: undefined });
    expect((await vm.run()).outcome).toBe('halted');
    expect(vm.vcpu.kicks).toBe(0);
  });

  it('is the host: the run rejects, and the VM is no longer running', async () => {
    using vm = makeVm(
      // biome-ignore lint/correctness/useYield: it throws before it could
      function* () {
        throw new VmError('ERR_KVM', 'KVM_RUN failed: EFAULT');
      },
    );
    await expect(vm.run()).rejects.toMatchObject({ code: 'ERR_KVM' });
    expect(vm.running).toBe(false);
    expect((await vm.run()).outcome).toBe('halted');
  });

  it('is a machine without an interrupt controller, whose halted guest nobody could wake', async () => {
    let context: DeviceContext | undefined;
    const devices = [device('dev', (given) => (context = given))];
    const result = await runProgram(
      function* () {
        context?.irq(3).set(true);
        yield HLT_WAITING;
      },
      { devices },
    );
    expect(result.outcome).toBe('halted');
  });
});
