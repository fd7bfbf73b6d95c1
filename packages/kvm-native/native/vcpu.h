#pragma once

#include <napi.h>

#include <memory>

#include "run.h"

// A vCPU's descriptor: the vCPU ioctls (Documentation/virt/kvm/api.rst, "vcpu ioctls"). Kernel structures come and go as
// Uint8Arrays of exactly their size. `run` is a property of the object and not a method: a plain function costs half as
// much to call.
class KvmVcpu : public Napi::ObjectWrap<KvmVcpu> {
 public:
  struct Parts {
    Fd fd;
    std::shared_ptr<VmState> vm;
    WasmSpan mailbox;
  };
  static constexpr char kTag = 0;
  static Napi::Function Define(Napi::Env env);
  // Only made by KvmVm::CreateVcpu.
  explicit KvmVcpu(const Napi::CallbackInfo& info);

  // The state of an argument that must be a vCPU.
  static VcpuState& Argument(const Napi::CallbackInfo& info, size_t index);

 private:
  Napi::Value Row(const Napi::CallbackInfo& info);
  Napi::Value EnableCap(const Napi::CallbackInfo& info);
  Napi::Value GetOneReg(const Napi::CallbackInfo& info);
  Napi::Value SetOneReg(const Napi::CallbackInfo& info);
  Napi::Value HasDeviceAttr(const Napi::CallbackInfo& info);
  Napi::Value GetDeviceAttr(const Napi::CallbackInfo& info);
  Napi::Value SetDeviceAttr(const Napi::CallbackInfo& info);
  Napi::Value GetStatsFd(const Napi::CallbackInfo& info);
  Napi::Value TakeCoalesced(const Napi::CallbackInfo& info);
  Napi::Value TakeDirty(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  Napi::Value OneReg(const Napi::CallbackInfo& info, const char* name, unsigned long request, uint64_t value);
  void DefineRun(Napi::Env env, Napi::Object self);
  const Fd& OutsideFd(Napi::Env env) const;

  std::shared_ptr<VcpuState> state_;
};
