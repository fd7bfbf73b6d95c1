#!/usr/bin/env node
// npx picovm-build-kvm: builds the addon on this machine, for it alone, in place of the one that came with the package.
process.argv.push('--local', '--force');
await import('../scripts/build-native.mjs');
console.log('kvm-native: the addon is built, and is used from now on');
