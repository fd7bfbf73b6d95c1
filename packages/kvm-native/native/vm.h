#pragma once

#include <napi.h>

#include <cstdint>
#include <map>
#include <memory>

#include "fd.h"
#include "wasm_span.h"

// What a VM's own object and its vCPUs share. The kernel keeps a VM until the last of its descriptors is closed, so the
// memory behind its slots must stay as long.
struct VmState {
  Fd fd;
  size_t vcpu_mmap_size;
  std::map<uint32_t, WasmSpan> slots;
};

// A VM's descriptor: the VM ioctls (Documentation/virt/kvm/api.rst, "VM ioctls").
class KvmVm : public Napi::ObjectWrap<KvmVm> {
 public:
  struct Parts {
    Fd fd;
    size_t vcpu_mmap_size;
  };
  static Napi::Function Define(Napi::Env env);
  // Only made by KvmSystem::CreateVm, which passes an External<Parts>.
  explicit KvmVm(const Napi::CallbackInfo& info);

 private:
  Napi::Value CheckExtension(const Napi::CallbackInfo& info);
  Napi::Value EnableCap(const Napi::CallbackInfo& info);
  Napi::Value SetTssAddr(const Napi::CallbackInfo& info);
  Napi::Value SetIdentityMapAddr(const Napi::CallbackInfo& info);
  Napi::Value SetUserMemoryRegion(const Napi::CallbackInfo& info);
  Napi::Value GetDirtyLog(const Napi::CallbackInfo& info);
  Napi::Value GetClock(const Napi::CallbackInfo& info);
  Napi::Value SetClock(const Napi::CallbackInfo& info);
  Napi::Value CreateVcpu(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  template <typename Argument>
  int Ioctl(Napi::Env env, const char* name, unsigned long request, Argument argument);

  std::shared_ptr<VmState> state_;
};
