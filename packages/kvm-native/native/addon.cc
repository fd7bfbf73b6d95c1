#include <napi.h>

#include "addon_data.h"
#include "system.h"
#include "vcpu.h"
#include "vm.h"

static Napi::Object Init(Napi::Env env, Napi::Object exports) {
  auto* data = new AddonData();
  env.SetInstanceData(data);
  data->vm_class = Napi::Persistent(KvmVm::Define(env));
  data->vcpu_class = Napi::Persistent(KvmVcpu::Define(env));
  exports.Set("KvmSystem", KvmSystem::Define(env));
  return exports;
}

NODE_API_MODULE(kvm_native, Init)
