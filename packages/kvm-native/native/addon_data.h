#pragma once

#include <napi.h>

// What the addon keeps for each environment (the main thread, each worker): the classes whose objects it makes itself.
struct AddonData {
  Napi::FunctionReference vm_class;
  Napi::FunctionReference vcpu_class;
};
