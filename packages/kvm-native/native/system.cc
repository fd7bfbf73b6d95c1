#include "system.h"

#include <fcntl.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <string>
#include <vector>

#include "addon_data.h"
#include "arguments.h"
#include "device_attr.h"
#include "errors.h"
#include "ioctl_table.h"
#include "vm.h"

namespace {

// The page of the vCPU's mapping that has the ring of coalesced writes, or 0.
size_t CoalescedPage(int answer) { return answer > 0 ? static_cast<size_t>(answer) : 0; }

}  // namespace

Napi::Function KvmSystem::Define(Napi::Env env) {
  std::vector<PropertyDescriptor> methods = {
      InstanceMethod<&KvmSystem::HasDeviceAttr>("hasDeviceAttr"),
      InstanceMethod<&KvmSystem::GetDeviceAttr>("getDeviceAttr"),
      InstanceMethod<&KvmSystem::CreateVm>("createVm"),
      InstanceMethod<&KvmSystem::Close>("close"),
  };
  for (const IoctlRow& row : kSystemIoctls) {
    methods.push_back(InstanceMethod<&KvmSystem::Row>(row.method, napi_default, const_cast<IoctlRow*>(&row)));
  }
  return DefineClass(env, "KvmSystem", methods);
}

KvmSystem::KvmSystem(const Napi::CallbackInfo& info) : Napi::ObjectWrap<KvmSystem>(info) {
  if (!info[0].IsString()) ThrowArgument(info.Env(), "path must be a string");
  const std::string path = info[0].As<Napi::String>().Utf8Value();
  // A path with a NUL in it would open another file than the one that was named.
  if (path.find('\0') != std::string::npos) ThrowArgument(info.Env(), "path must not contain NUL");
  fd_ = Fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd_.open()) ThrowErrno(info.Env(), "open", errno);
}

Napi::Value KvmSystem::Row(const Napi::CallbackInfo& info) { return CallRow(info, fd_, fd_); }

int KvmSystem::Ioctl(Napi::Env env, const char* name, unsigned long request, unsigned long argument) {
  const int result = fd_.Ioctl(request, argument);
  if (result < 0) ThrowErrno(env, name, errno);
  return result;
}

// (group, attr) -> whether it is there.
Napi::Value KvmSystem::HasDeviceAttr(const Napi::CallbackInfo& info) { return HasAttr(info, fd_); }

// (group, attr) -> bigint. All attributes of /dev/kvm on x86 have 64 bits.
Napi::Value KvmSystem::GetDeviceAttr(const Napi::CallbackInfo& info) {
  const uint64_t group = IntegerArgument(info, 0, UINT32_MAX, "group");
  // 0: KVM_X86_XCOMP_GUEST_SUPP; 1, KVM_X86_GRP_SEV: KVM_X86_SEV_VMSA_FEATURES.
  if (group > 1) ThrowArgument(info.Env(), "the size of attributes of this group is not known");
  return GetAttr64(info, fd_);
}

// (type)
Napi::Value KvmSystem::CreateVm(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const uint64_t type = IntegerArgument(info, 0, UINT32_MAX, "type");
  if (!fd_.open()) ThrowErrno(env, "KVM_CREATE_VM", EBADF);
  const int mmap_size = Ioctl(env, "KVM_GET_VCPU_MMAP_SIZE", KVM_GET_VCPU_MMAP_SIZE, 0);
  const int coalesced = Ioctl(env, "KVM_CHECK_EXTENSION", KVM_CHECK_EXTENSION, KVM_CAP_COALESCED_MMIO);
  // The kernel sets O_CLOEXEC on the new descriptor.
  KvmVm::Parts parts{Fd(Ioctl(env, "KVM_CREATE_VM", KVM_CREATE_VM, type)), static_cast<size_t>(mmap_size),
                     CoalescedPage(coalesced)};
  return MakeObject<KvmVm>(env, env.GetInstanceData<AddonData>()->vm_class, parts);
}

Napi::Value KvmSystem::Close(const Napi::CallbackInfo& info) {
  fd_.Close();
  return info.Env().Undefined();
}
