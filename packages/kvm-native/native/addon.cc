#include <napi.h>

#include "addon_data.h"
#include "crew.h"
#include "device.h"
#include "event_fd.h"
#include "stats.h"
#include "system.h"
#include "vcpu.h"
#include "vm.h"

static Napi::Object Init(Napi::Env env, Napi::Object exports) {
  auto* data = new AddonData();
  env.SetInstanceData(data);
  data->vm_class = Napi::Persistent(KvmVm::Define(env));
  data->vcpu_class = Napi::Persistent(KvmVcpu::Define(env));
  data->device_class = Napi::Persistent(KvmDevice::Define(env));
  data->stats_class = Napi::Persistent(KvmStats::Define(env));
  WasmSpan::Init(env, *data);
  exports.Set("KvmSystem", KvmSystem::Define(env));
  exports.Set("KvmEventFd", KvmEventFd::Define(env));
  exports.Set("KvmCrew", KvmCrew::Define(env));
  return exports;
}

NODE_API_MODULE(kvm_native, Init)
