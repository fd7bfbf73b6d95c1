// Prints whether KVM can be used here, as JSON.

import { kvm } from '@picovm/kvm-native';

console.log(JSON.stringify(await kvm().probe()));
