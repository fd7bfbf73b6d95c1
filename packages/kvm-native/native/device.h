#pragma once

#include <napi.h>

#include <memory>

#include "fd.h"
#include "vm.h"

// A device's descriptor (Documentation/virt/kvm/api.rst, 4.79 to 4.81). On x86 there is one kind, VFIO.
class KvmDevice : public Napi::ObjectWrap<KvmDevice> {
 public:
  struct Parts {
    Fd fd;
  };
  static constexpr char kTag = 0;
  static Napi::Function Define(Napi::Env env);
  // Only made by KvmVm::CreateDevice.
  explicit KvmDevice(const Napi::CallbackInfo& info);

 private:
  Napi::Value HasDeviceAttr(const Napi::CallbackInfo& info);
  Napi::Value SetDeviceAttr(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  Fd fd_;
};
