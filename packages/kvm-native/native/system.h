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
  Napi::Value Row(const Napi::CallbackInfo& info);
  Napi::Value HasDeviceAttr(const Napi::CallbackInfo& info);
  Napi::Value GetDeviceAttr(const Napi::CallbackInfo& info);
  Napi::Value CreateVm(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  int Ioctl(Napi::Env env, const char* name, unsigned long request, unsigned long argument);

  Fd fd_;
};
