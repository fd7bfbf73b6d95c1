#include "device_attr.h"

#include <linux/kvm.h>

#include <cerrno>

#include "arguments.h"
#include "errors.h"

namespace {

kvm_device_attr AttrArguments(const Napi::CallbackInfo& info) {
  kvm_device_attr attr{};
  attr.group = static_cast<uint32_t>(IntegerArgument(info, 0, UINT32_MAX, "group"));
  attr.attr = IntegerArgument(info, 1, uint64_t{1} << 53, "attr");
  return attr;
}

}  // namespace

Napi::Value HasAttr(const Napi::CallbackInfo& info, const Fd& fd) {
  kvm_device_attr attr = AttrArguments(info);
  const bool has = fd.Ioctl(KVM_HAS_DEVICE_ATTR, &attr) == 0;
  // ENXIO is the answer, where there are attributes; others answer EINVAL, EPERM or ENOTTY.
  if (!has && errno == EBADF) ThrowErrno(info.Env(), "KVM_HAS_DEVICE_ATTR", errno);
  return Napi::Boolean::New(info.Env(), has);
}

Napi::Value GetAttr64(const Napi::CallbackInfo& info, const Fd& fd) {
  kvm_device_attr attr = AttrArguments(info);
  uint64_t value = 0;
  attr.addr = reinterpret_cast<uint64_t>(&value);
  if (fd.Ioctl(KVM_GET_DEVICE_ATTR, &attr) < 0) ThrowErrno(info.Env(), "KVM_GET_DEVICE_ATTR", errno);
  return Napi::BigInt::New(info.Env(), value);
}

Napi::Value SetAttr64(const Napi::CallbackInfo& info, const Fd& fd) {
  kvm_device_attr attr = AttrArguments(info);
  uint64_t value = BigIntArgument(info, 2, "value");
  attr.addr = reinterpret_cast<uint64_t>(&value);
  if (fd.Ioctl(KVM_SET_DEVICE_ATTR, &attr) < 0) ThrowErrno(info.Env(), "KVM_SET_DEVICE_ATTR", errno);
  return info.Env().Undefined();
}
