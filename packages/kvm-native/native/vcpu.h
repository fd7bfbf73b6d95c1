#pragma once

#include <napi.h>

#include <memory>

#include "arguments.h"
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
  static Napi::Function Define(Napi::Env env);
  // Only made by KvmVm::CreateVcpu, which passes an External<Parts>.
  explicit KvmVcpu(const Napi::CallbackInfo& info);

 private:
  template <typename Struct>
  Napi::Value Get(const Napi::CallbackInfo& info, const char* name, unsigned long request);
  template <typename Struct>
  Napi::Value Set(const Napi::CallbackInfo& info, const char* name, unsigned long request);

  Napi::Value GetRegs(const Napi::CallbackInfo& info);
  Napi::Value SetRegs(const Napi::CallbackInfo& info);
  Napi::Value GetSregs(const Napi::CallbackInfo& info);
  Napi::Value SetSregs(const Napi::CallbackInfo& info);
  Napi::Value GetXsave(const Napi::CallbackInfo& info);
  Napi::Value SetXsave(const Napi::CallbackInfo& info);
  Napi::Value GetXcrs(const Napi::CallbackInfo& info);
  Napi::Value SetXcrs(const Napi::CallbackInfo& info);
  Napi::Value GetDebugregs(const Napi::CallbackInfo& info);
  Napi::Value SetDebugregs(const Napi::CallbackInfo& info);
  Napi::Value GetVcpuEvents(const Napi::CallbackInfo& info);
  Napi::Value SetVcpuEvents(const Napi::CallbackInfo& info);
  Napi::Value GetNestedState(const Napi::CallbackInfo& info);
  Napi::Value Translate(const Napi::CallbackInfo& info);
  Napi::Value GetCpuid2(const Napi::CallbackInfo& info);
  Napi::Value SetCpuid2(const Napi::CallbackInfo& info);
  Napi::Value GetMsrs(const Napi::CallbackInfo& info);
  Napi::Value SetMsrs(const Napi::CallbackInfo& info);
  Napi::Value Msrs(const Napi::CallbackInfo& info, const char* name, unsigned long request);
  Napi::Value Interrupt(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  Bytes XsaveArgument(const Napi::CallbackInfo& info);
  void Ioctl(Napi::Env env, const char* name, unsigned long request, void* argument);
  void DefineRun(Napi::Env env, Napi::Object self);

  std::shared_ptr<VcpuState> state_;
};
