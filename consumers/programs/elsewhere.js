// Imports the KVM package on a machine that is not Linux on x86-64: PLATFORM ARCH as arguments, or `none` for no `process`.

const [platform, arch] = process.argv.slice(2);
const { stdout } = process;
if (platform === 'none') delete globalThis.process;
else Object.defineProperties(process, { platform: { value: platform }, arch: { value: arch } });

const { kvm } = await import('@picovm/kvm-native');
const accelerator = kvm();
stdout.write(JSON.stringify(await accelerator.probe()));
