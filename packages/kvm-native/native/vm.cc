#include "vm.h"

#include <linux/kvm.h>

#include <cerrno>

#include "addon_data.h"
#include "arguments.h"
#include "errors.h"
#include "vcpu.h"

namespace {

constexpr uint64_t kPageSize = 4096;
// x86 has at most 52 bits of physical address.
constexpr uint64_t kMaxAddress = uint64_t{1} << 52;

}  // namespace

Napi::Function KvmVm::Define(Napi::Env env) {
  return DefineClass(env, "KvmVm",
                     {
                         InstanceMethod<&KvmVm::CheckExtension>("checkExtension"),
                         InstanceMethod<&KvmVm::EnableCap>("enableCap"),
                         InstanceMethod<&KvmVm::SetTssAddr>("setTssAddr"),
                         InstanceMethod<&KvmVm::SetIdentityMapAddr>("setIdentityMapAddr"),
                         InstanceMethod<&KvmVm::SetUserMemoryRegion>("setUserMemoryRegion"),
                         InstanceMethod<&KvmVm::GetDirtyLog>("getDirtyLog"),
                         InstanceMethod<&KvmVm::GetClock>("getClock"),
                         InstanceMethod<&KvmVm::SetClock>("setClock"),
                         InstanceMethod<&KvmVm::CreateVcpu>("createVcpu"),
                         InstanceMethod<&KvmVm::Close>("close"),
                     });
}

KvmVm::KvmVm(const Napi::CallbackInfo& info) : Napi::ObjectWrap<KvmVm>(info) {
  if (!info[0].IsExternal()) ThrowArgument(info.Env(), "a KvmVm is made by KvmSystem.createVm()");
  Parts* parts = info[0].As<Napi::External<Parts>>().Data();
  state_ = std::make_shared<VmState>();
  state_->fd = std::move(parts->fd);
  state_->vcpu_mmap_size = parts->vcpu_mmap_size;
}

template <typename Argument>
int KvmVm::Ioctl(Napi::Env env, const char* name, unsigned long request, Argument argument) {
  const int result = state_->fd.Ioctl(request, argument);
  if (result < 0) ThrowErrno(env, name, errno);
  return result;
}

// (capability) -> 0 if it is not there, else a positive number.
Napi::Value KvmVm::CheckExtension(const Napi::CallbackInfo& info) {
  const uint64_t capability = IntegerArgument(info, 0, INT32_MAX, "capability");
  return Napi::Number::New(info.Env(), Ioctl(info.Env(), "KVM_CHECK_EXTENSION", KVM_CHECK_EXTENSION, capability));
}

// (capability, argument): only the first of the four arguments, none of our capabilities has more.
Napi::Value KvmVm::EnableCap(const Napi::CallbackInfo& info) {
  kvm_enable_cap cap{};
  cap.cap = static_cast<uint32_t>(IntegerArgument(info, 0, INT32_MAX, "capability"));
  cap.args[0] = IntegerArgument(info, 1, UINT32_MAX, "argument");
  Ioctl(info.Env(), "KVM_ENABLE_CAP", KVM_ENABLE_CAP, &cap);
  return info.Env().Undefined();
}

// (address): the kernel takes three pages there.
Napi::Value KvmVm::SetTssAddr(const Napi::CallbackInfo& info) {
  const uint64_t address = IntegerArgument(info, 0, UINT32_MAX, "address");
  Ioctl(info.Env(), "KVM_SET_TSS_ADDR", KVM_SET_TSS_ADDR, address);
  return info.Env().Undefined();
}

// (address): the kernel takes one page there.
Napi::Value KvmVm::SetIdentityMapAddr(const Napi::CallbackInfo& info) {
  uint64_t address = IntegerArgument(info, 0, UINT32_MAX, "address");
  Ioctl(info.Env(), "KVM_SET_IDENTITY_MAP_ADDR", KVM_SET_IDENTITY_MAP_ADDR, &address);
  return info.Env().Undefined();
}

// (slot, flags, guest-physical address, memory, offset, size). Size 0 deletes the slot.
Napi::Value KvmVm::SetUserMemoryRegion(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const uint32_t slot = static_cast<uint32_t>(IntegerArgument(info, 0, UINT16_MAX, "slot"));
  const uint32_t flags =
      static_cast<uint32_t>(IntegerArgument(info, 1, KVM_MEM_LOG_DIRTY_PAGES | KVM_MEM_READONLY, "flags"));
  const uint64_t address = IntegerArgument(info, 2, kMaxAddress, "guest-physical address");
  WasmSpan span = WasmSpan::FromArguments(info, 3);
  if (address % kPageSize != 0) ThrowArgument(env, "the guest-physical address is not that of a page");

  kvm_userspace_memory_region region{};
  region.slot = slot;
  region.flags = flags;
  region.guest_phys_addr = address;
  region.memory_size = span.size();
  region.userspace_addr = reinterpret_cast<uint64_t>(span.data());
  Ioctl(env, "KVM_SET_USER_MEMORY_REGION", KVM_SET_USER_MEMORY_REGION, &region);
  // From here on the guest reaches the new memory, and no longer what was in the slot before.
  if (span.size() == 0) state_->slots.erase(slot);
  else state_->slots[slot] = std::move(span);
  return env.Undefined();
}

// (slot, bitmap): one bit a page, in whole 64-bit words. Fills it with the pages written since the last call.
Napi::Value KvmVm::GetDirtyLog(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const uint32_t slot = static_cast<uint32_t>(IntegerArgument(info, 0, UINT16_MAX, "slot"));
  const Bytes bitmap = BytesArgument(info, 1, "bitmap");
  const auto found = state_->slots.find(slot);
  if (found == state_->slots.end()) ThrowErrno(env, "KVM_GET_DIRTY_LOG", ENOENT);
  const size_t words = (found->second.size() / kPageSize + 63) / 64;
  if (bitmap.size < words * 8) ThrowArgument(env, "bitmap is too small for the slot");
  kvm_dirty_log log{};
  log.slot = slot;
  log.dirty_bitmap = bitmap.data;
  Ioctl(env, "KVM_GET_DIRTY_LOG", KVM_GET_DIRTY_LOG, &log);
  return env.Undefined();
}

// () -> nanoseconds, a bigint.
Napi::Value KvmVm::GetClock(const Napi::CallbackInfo& info) {
  kvm_clock_data data{};
  Ioctl(info.Env(), "KVM_GET_CLOCK", KVM_GET_CLOCK, &data);
  return Napi::BigInt::New(info.Env(), static_cast<uint64_t>(data.clock));
}

// (nanoseconds): a bigint of 64 bits.
Napi::Value KvmVm::SetClock(const Napi::CallbackInfo& info) {
  if (!info[0].IsBigInt()) ThrowArgument(info.Env(), "nanoseconds must be a bigint");
  bool lossless = false;
  kvm_clock_data data{};
  data.clock = info[0].As<Napi::BigInt>().Uint64Value(&lossless);
  if (!lossless) ThrowArgument(info.Env(), "nanoseconds must have 64 bits");
  Ioctl(info.Env(), "KVM_SET_CLOCK", KVM_SET_CLOCK, &data);
  return info.Env().Undefined();
}

// (id, memory, offset, size): the range becomes the vCPU's mailbox.
Napi::Value KvmVm::CreateVcpu(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const uint64_t id = IntegerArgument(info, 0, UINT16_MAX, "id");
  KvmVcpu::Parts parts{Fd(), state_, WasmSpan::FromArguments(info, 1)};
  if (parts.mailbox.size() < Mailbox::kSize) ThrowArgument(env, "the mailbox is too small");
  parts.fd = Fd(Ioctl(env, "KVM_CREATE_VCPU", KVM_CREATE_VCPU, id));
  return env.GetInstanceData<AddonData>()->vcpu_class.New({Napi::External<KvmVcpu::Parts>::New(env, &parts)});
}

Napi::Value KvmVm::Close(const Napi::CallbackInfo& info) {
  state_->fd.Close();
  return info.Env().Undefined();
}
