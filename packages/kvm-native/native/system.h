#pragma once

#include <napi.h>

#include "fd.h"

// /dev/kvm: the system ioctls (Documentation/virt/kvm/api.rst, "System ioctls").
class KvmSystem : public Napi::ObjectWrap<KvmSystem> {
 public:
  static Napi::Function Define(Napi::Env env);
  // new KvmSystem(path): opens it.
  explicit KvmSystem(const Napi::CallbackInfo& info);

 private:
  Napi::Value GetApiVersion(const Napi::CallbackInfo& info);
  Napi::Value CheckExtension(const Napi::CallbackInfo& info);
  Napi::Value GetVcpuMmapSize(const Napi::CallbackInfo& info);
  Napi::Value GetSupportedCpuid(const Napi::CallbackInfo& info);
  Napi::Value GetMsrIndexList(const Napi::CallbackInfo& info);
  Napi::Value CreateVm(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  int Ioctl(Napi::Env env, const char* name, unsigned long request, unsigned long argument);

  Fd fd_;
};
