#include "system.h"

#include <fcntl.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "addon_data.h"
#include "arguments.h"
#include "counted_buffer.h"
#include "errors.h"
#include "vm.h"

namespace {

// `struct kvm_msr_list` without the flexible array at its end: see counted_buffer.h.
struct MsrListHeader {
  uint32_t count;
};
constexpr unsigned long kGetMsrIndexList = _IOWR(KVMIO, 0x02, MsrListHeader);

}  // namespace

Napi::Function KvmSystem::Define(Napi::Env env) {
  return DefineClass(env, "KvmSystem",
                     {
                         InstanceMethod<&KvmSystem::GetApiVersion>("getApiVersion"),
                         InstanceMethod<&KvmSystem::CheckExtension>("checkExtension"),
                         InstanceMethod<&KvmSystem::GetVcpuMmapSize>("getVcpuMmapSize"),
                         InstanceMethod<&KvmSystem::GetSupportedCpuid>("getSupportedCpuid"),
                         InstanceMethod<&KvmSystem::GetMsrIndexList>("getMsrIndexList"),
                         InstanceMethod<&KvmSystem::CreateVm>("createVm"),
                         InstanceMethod<&KvmSystem::Close>("close"),
                     });
}

KvmSystem::KvmSystem(const Napi::CallbackInfo& info) : Napi::ObjectWrap<KvmSystem>(info) {
  if (!info[0].IsString()) ThrowArgument(info.Env(), "path must be a string");
  const std::string path = info[0].As<Napi::String>().Utf8Value();
  // A path with a NUL in it would open another file than the one that was named.
  if (path.find('\0') != std::string::npos) ThrowArgument(info.Env(), "path must not contain NUL");
  fd_ = Fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd_.open()) ThrowErrno(info.Env(), "open", errno);
}

int KvmSystem::Ioctl(Napi::Env env, const char* name, unsigned long request, unsigned long argument) {
  const int result = fd_.Ioctl(request, argument);
  if (result < 0) ThrowErrno(env, name, errno);
  return result;
}

Napi::Value KvmSystem::GetApiVersion(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), Ioctl(info.Env(), "KVM_GET_API_VERSION", KVM_GET_API_VERSION, 0));
}

// (capability) -> 0 if it is not there, else a positive number.
Napi::Value KvmSystem::CheckExtension(const Napi::CallbackInfo& info) {
  const uint64_t capability = IntegerArgument(info, 0, INT32_MAX, "capability");
  return Napi::Number::New(info.Env(), Ioctl(info.Env(), "KVM_CHECK_EXTENSION", KVM_CHECK_EXTENSION, capability));
}

Napi::Value KvmSystem::GetVcpuMmapSize(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), Ioctl(info.Env(), "KVM_GET_VCPU_MMAP_SIZE", KVM_GET_VCPU_MMAP_SIZE, 0));
}

// (struct kvm_cpuid2): fills it. E2BIG if it has too few entries.
Napi::Value KvmSystem::GetSupportedCpuid(const Napi::CallbackInfo& info) {
  uint8_t* cpuid = CountedBufferToFill(info, 0, "cpuid2", sizeof(kvm_cpuid_entry2));
  Ioctl(info.Env(), "KVM_GET_SUPPORTED_CPUID", kGetSupportedCpuid, reinterpret_cast<unsigned long>(cpuid));
  return info.Env().Undefined();
}

// (struct kvm_msr_list): fills it. E2BIG if it has too few entries; the count is then what it would need.
Napi::Value KvmSystem::GetMsrIndexList(const Napi::CallbackInfo& info) {
  const Bytes bytes = BytesArgument(info, 0, "msr_list");
  if (bytes.size < sizeof(MsrListHeader) || (bytes.size - sizeof(MsrListHeader)) % sizeof(uint32_t) != 0) {
    ThrowArgument(info.Env(), "msr_list must have the size of a struct kvm_msr_list");
  }
  const MsrListHeader header{static_cast<uint32_t>((bytes.size - sizeof(MsrListHeader)) / sizeof(uint32_t))};
  std::memcpy(bytes.data, &header, sizeof(header));
  Ioctl(info.Env(), "KVM_GET_MSR_INDEX_LIST", kGetMsrIndexList, reinterpret_cast<unsigned long>(bytes.data));
  return info.Env().Undefined();
}

Napi::Value KvmSystem::CreateVm(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const int mmap_size = Ioctl(env, "KVM_GET_VCPU_MMAP_SIZE", KVM_GET_VCPU_MMAP_SIZE, 0);
  // Type 0: an ordinary x86 VM. The kernel sets O_CLOEXEC on the new descriptor.
  KvmVm::Parts parts{Fd(Ioctl(env, "KVM_CREATE_VM", KVM_CREATE_VM, 0)), static_cast<size_t>(mmap_size)};
  return env.GetInstanceData<AddonData>()->vm_class.New({Napi::External<KvmVm::Parts>::New(env, &parts)});
}

Napi::Value KvmSystem::Close(const Napi::CallbackInfo& info) {
  fd_.Close();
  return info.Env().Undefined();
}
