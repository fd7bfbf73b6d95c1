#include "device.h"

#include <linux/kvm.h>

#include <cerrno>

#include "addon_data.h"
#include "arguments.h"
#include "device_attr.h"
#include "errors.h"

namespace {

// KVM_DEV_VFIO_FILE, whose attributes are the address of a descriptor (Documentation/virt/kvm/devices/vfio.rst).
constexpr uint32_t kVfioFile = 1;
constexpr uint64_t kVfioFileDel = 2;

}  // namespace

Napi::Function KvmDevice::Define(Napi::Env env) {
  return DefineClass(env, "KvmDevice",
                     {
                         InstanceMethod<&KvmDevice::HasDeviceAttr>("hasDeviceAttr"),
                         InstanceMethod<&KvmDevice::SetDeviceAttr>("setDeviceAttr"),
                         InstanceMethod<&KvmDevice::Close>("close"),
                     });
}

KvmDevice::KvmDevice(const Napi::CallbackInfo& info) : Napi::ObjectWrap<KvmDevice>(info) {
  Parts* parts = TakeParts<KvmDevice>(info.Env());
  if (parts == nullptr) ThrowArgument(info.Env(), "a KvmDevice is made by KvmVm.createDevice()");
  fd_ = std::move(parts->fd);
}

// (group, attr) -> whether it is there.
Napi::Value KvmDevice::HasDeviceAttr(const Napi::CallbackInfo& info) { return HasAttr(info, fd_); }

// (group, attr, descriptor)
Napi::Value KvmDevice::SetDeviceAttr(const Napi::CallbackInfo& info) {
  kvm_device_attr attr{};
  attr.group = static_cast<uint32_t>(IntegerArgument(info, 0, UINT32_MAX, "group"));
  attr.attr = IntegerArgument(info, 1, UINT32_MAX, "attr");
  if (attr.group != kVfioFile || attr.attr == 0 || attr.attr > kVfioFileDel) {
    ThrowArgument(info.Env(), "only KVM_DEV_VFIO_FILE_ADD and KVM_DEV_VFIO_FILE_DEL can be set");
  }
  int32_t descriptor = static_cast<int32_t>(IntegerArgument(info, 2, INT32_MAX, "descriptor"));
  attr.addr = reinterpret_cast<uint64_t>(&descriptor);
  if (fd_.Ioctl(KVM_SET_DEVICE_ATTR, &attr) < 0) ThrowErrno(info.Env(), "KVM_SET_DEVICE_ATTR", errno);
  return info.Env().Undefined();
}

Napi::Value KvmDevice::Close(const Napi::CallbackInfo& info) {
  fd_.Close();
  return info.Env().Undefined();
}
