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
  // The page of a vCPU's mapping that has the ring of coalesced writes; 0 if there is none.
  size_t coalesced_page;
  // Bytes of the ring of dirty pages that each vCPU has; 0 if none was asked for.
  size_t dirty_ring_size = 0;
  std::map<uint32_t, WasmSpan> slots;
};

// A VM's descriptor: the VM ioctls (Documentation/virt/kvm/api.rst, "VM ioctls"). Those whose arguments hold addresses or
// descriptors are methods here, the others rows of ioctl_table.cc.
class KvmVm : public Napi::ObjectWrap<KvmVm> {
 public:
  struct Parts {
    Fd fd;
    size_t vcpu_mmap_size;
    size_t coalesced_page;
  };
  static constexpr char kTag = 0;
  static Napi::Function Define(Napi::Env env);
  // Only made by KvmSystem::CreateVm.
  explicit KvmVm(const Napi::CallbackInfo& info);

 private:
  Napi::Value Row(const Napi::CallbackInfo& info);
  Napi::Value EnableCap(const Napi::CallbackInfo& info);
  Napi::Value SetUserMemoryRegion(const Napi::CallbackInfo& info);
  Napi::Value GetDirtyLog(const Napi::CallbackInfo& info);
  Napi::Value ClearDirtyLog(const Napi::CallbackInfo& info);
  Napi::Value Irqfd(const Napi::CallbackInfo& info);
  Napi::Value Ioeventfd(const Napi::CallbackInfo& info);
  Napi::Value HypervEventfd(const Napi::CallbackInfo& info);
  Napi::Value SetMsrFilter(const Napi::CallbackInfo& info);
  Napi::Value CreateDevice(const Napi::CallbackInfo& info);
  Napi::Value GetStatsFd(const Napi::CallbackInfo& info);
  Napi::Value CreateVcpu(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  template <typename Argument>
  int Ioctl(Napi::Env env, const char* name, unsigned long request, Argument argument);

  std::shared_ptr<VmState> state_;
};
