// Whether the addon of @picovm/kvm-native loads, on any machine: what is behind /dev/null is not KVM, which only the addon
// finds out.

import { kvm } from '@picovm/kvm-native';

const probe = await kvm({ device: '/dev/null' }).probe();
console.log(probe.code === 'api-version' ? 'it loads' : JSON.stringify(probe));
