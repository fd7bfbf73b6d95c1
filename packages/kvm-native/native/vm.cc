#include "vm.h"

#include <linux/kvm.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "addon_data.h"
#include "arguments.h"
#include "device.h"
#include "enable_cap.h"
#include "errors.h"
#include "event_fd.h"
#include "ioctl_table.h"
#include "msr_filter.h"
#include "page.h"
#include "stats.h"
#include "vcpu.h"

namespace {

// x86 has at most 52 bits of physical address.
constexpr uint64_t kMaxAddress = uint64_t{1} << 52;

// A structure that comes as a Uint8Array of its size, copied, so that what is put into it is what the kernel gets.
template <typename Struct>
Struct StructArgument(const Napi::CallbackInfo& info, size_t index, const char* name) {
  const Bytes bytes = BytesArgument(info, index, name);
  Struct value;
  if (bytes.size != sizeof(value)) ThrowArgument(info.Env(), (std::string(name) + ": wrong size").c_str());
  std::memcpy(&value, bytes.data, sizeof(value));
  return value;
}

// The size in bytes of a bitmap of one bit a page: whole words of 64 bits.
size_t BitmapSize(uint64_t pages) { return (pages + 63) / 64 * 8; }

}  // namespace

Napi::Function KvmVm::Define(Napi::Env env) {
  std::vector<PropertyDescriptor> methods = {
      InstanceMethod<&KvmVm::EnableCap>("enableCap"),
      InstanceMethod<&KvmVm::SetUserMemoryRegion>("setUserMemoryRegion"),
      InstanceMethod<&KvmVm::GetDirtyLog>("getDirtyLog"),
      InstanceMethod<&KvmVm::ClearDirtyLog>("clearDirtyLog"),
      InstanceMethod<&KvmVm::Irqfd>("irqfd"),
      InstanceMethod<&KvmVm::Ioeventfd>("ioeventfd"),
      InstanceMethod<&KvmVm::HypervEventfd>("hypervEventfd"),
      InstanceMethod<&KvmVm::SetMsrFilter>("x86SetMsrFilter"),
      InstanceMethod<&KvmVm::CreateDevice>("createDevice"),
      InstanceMethod<&KvmVm::GetStatsFd>("getStatsFd"),
      InstanceMethod<&KvmVm::CreateVcpu>("createVcpu"),
      InstanceMethod<&KvmVm::Close>("close"),
  };
  for (const IoctlRow& row : kVmIoctls) {
    methods.push_back(InstanceMethod<&KvmVm::Row>(row.method, napi_default, const_cast<IoctlRow*>(&row)));
  }
  return DefineClass(env, "KvmVm", methods);
}

KvmVm::KvmVm(const Napi::CallbackInfo& info) : Napi::ObjectWrap<KvmVm>(info) {
  Parts* parts = TakeParts<KvmVm>(info.Env());
  if (parts == nullptr) ThrowArgument(info.Env(), "a KvmVm is made by KvmSystem.createVm()");
  state_ = std::make_shared<VmState>();
  state_->fd = std::move(parts->fd);
  state_->vcpu_mmap_size = parts->vcpu_mmap_size;
  state_->coalesced_page = parts->coalesced_page;
}

Napi::Value KvmVm::Row(const Napi::CallbackInfo& info) { return CallRow(info, state_->fd, state_->fd); }

template <typename Argument>
int KvmVm::Ioctl(Napi::Env env, const char* name, unsigned long request, Argument argument) {
  const int result = state_->fd.Ioctl(request, argument);
  if (result < 0) ThrowErrno(env, name, errno);
  return result;
}

// (struct kvm_enable_cap)
Napi::Value KvmVm::EnableCap(const Napi::CallbackInfo& info) {
  const kvm_enable_cap cap = CallEnableCap(info, state_->fd, IsPlainVmCapability);
  if (IsDirtyRingCapability(cap.cap)) state_->dirty_ring_size = static_cast<size_t>(cap.args[0]);
  return info.Env().Undefined();
}

// (slot, flags, guest-physical address, memory, offset, size). Size 0 deletes the slot.
Napi::Value KvmVm::SetUserMemoryRegion(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const uint32_t slot = static_cast<uint32_t>(IntegerArgument(info, 0, UINT32_MAX, "slot"));
  const uint32_t flags =
      static_cast<uint32_t>(IntegerArgument(info, 1, KVM_MEM_LOG_DIRTY_PAGES | KVM_MEM_READONLY, "flags"));
  const uint64_t address = IntegerArgument(info, 2, kMaxAddress, "guest-physical address");
  if (address % kPageSize != 0) ThrowArgument(env, "the guest-physical address is not that of a page");
  WasmSpan span = WasmSpan::FromArguments(info, 3);

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
  const uint32_t slot = static_cast<uint32_t>(IntegerArgument(info, 0, UINT32_MAX, "slot"));
  const Bytes bitmap = BytesArgument(info, 1, "bitmap");
  const auto found = state_->slots.find(slot);
  if (found == state_->slots.end()) ThrowErrno(env, "KVM_GET_DIRTY_LOG", state_->fd.open() ? ENOENT : EBADF);
  if (bitmap.size < BitmapSize(found->second.size() / kPageSize)) ThrowArgument(env, "bitmap is too small for the slot");
  kvm_dirty_log log{};
  log.slot = slot;
  log.dirty_bitmap = bitmap.data;
  Ioctl(env, "KVM_GET_DIRTY_LOG", KVM_GET_DIRTY_LOG, &log);
  return env.Undefined();
}

// (slot, first page, number of pages, bitmap): the pages whose bits are set are watched anew.
Napi::Value KvmVm::ClearDirtyLog(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  kvm_clear_dirty_log log{};
  log.slot = static_cast<uint32_t>(IntegerArgument(info, 0, UINT32_MAX, "slot"));
  log.first_page = IntegerArgument(info, 1, kMaxAddress / kPageSize, "first page");
  log.num_pages = static_cast<uint32_t>(IntegerArgument(info, 2, UINT32_MAX, "number of pages"));
  const Bytes bitmap = BytesArgument(info, 3, "bitmap");
  if (bitmap.size < BitmapSize(log.num_pages)) ThrowArgument(env, "bitmap is too small for so many pages");
  log.dirty_bitmap = bitmap.data;
  Ioctl(env, "KVM_CLEAR_DIRTY_LOG", KVM_CLEAR_DIRTY_LOG, &log);
  return env.Undefined();
}

// (struct kvm_irqfd, eventfd, eventfd, which may be undefined without KVM_IRQFD_FLAG_RESAMPLE): the descriptors are filled in.
Napi::Value KvmVm::Irqfd(const Napi::CallbackInfo& info) {
  auto irqfd = StructArgument<kvm_irqfd>(info, 0, "irqfd");
  irqfd.fd = static_cast<uint32_t>(KvmEventFd::Argument(info, 1));
  const bool may_lack = (irqfd.flags & KVM_IRQFD_FLAG_RESAMPLE) == 0 && info[2].IsUndefined();
  irqfd.resamplefd = may_lack ? UINT32_MAX : static_cast<uint32_t>(KvmEventFd::Argument(info, 2));
  Ioctl(info.Env(), "KVM_IRQFD", KVM_IRQFD, &irqfd);
  return info.Env().Undefined();
}

// (struct kvm_ioeventfd, eventfd): the descriptor is filled in.
Napi::Value KvmVm::Ioeventfd(const Napi::CallbackInfo& info) {
  auto ioeventfd = StructArgument<kvm_ioeventfd>(info, 0, "ioeventfd");
  ioeventfd.fd = KvmEventFd::Argument(info, 1);
  Ioctl(info.Env(), "KVM_IOEVENTFD", KVM_IOEVENTFD, &ioeventfd);
  return info.Env().Undefined();
}

// (struct kvm_hyperv_eventfd, eventfd, which may be undefined with KVM_HYPERV_EVENTFD_DEASSIGN): the descriptor is filled in.
Napi::Value KvmVm::HypervEventfd(const Napi::CallbackInfo& info) {
  auto eventfd = StructArgument<kvm_hyperv_eventfd>(info, 0, "hyperv_eventfd");
  const bool may_lack = (eventfd.flags & KVM_HYPERV_EVENTFD_DEASSIGN) != 0 && info[1].IsUndefined();
  eventfd.fd = may_lack ? -1 : KvmEventFd::Argument(info, 1);
  Ioctl(info.Env(), "KVM_HYPERV_EVENTFD", KVM_HYPERV_EVENTFD, &eventfd);
  return info.Env().Undefined();
}

Napi::Value KvmVm::SetMsrFilter(const Napi::CallbackInfo& info) { return CallSetMsrFilter(info, state_->fd); }

// (type, flags) -> KvmDevice, undefined with KVM_CREATE_DEVICE_TEST.
Napi::Value KvmVm::CreateDevice(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  kvm_create_device device{};
  device.type = static_cast<uint32_t>(IntegerArgument(info, 0, UINT32_MAX, "type"));
  device.flags = static_cast<uint32_t>(IntegerArgument(info, 1, UINT32_MAX, "flags"));
  Ioctl(env, "KVM_CREATE_DEVICE", KVM_CREATE_DEVICE, &device);
  if ((device.flags & KVM_CREATE_DEVICE_TEST) != 0) return env.Undefined();
  KvmDevice::Parts parts{Fd(static_cast<int>(device.fd))};
  return MakeObject<KvmDevice>(env, env.GetInstanceData<AddonData>()->device_class, parts);
}

Napi::Value KvmVm::GetStatsFd(const Napi::CallbackInfo& info) { return KvmStats::Open(info.Env(), state_->fd); }

// (id, memory, offset, size): the range becomes the vCPU's mailbox.
Napi::Value KvmVm::CreateVcpu(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const uint64_t id = IntegerArgument(info, 0, UINT16_MAX, "id");
  KvmVcpu::Parts parts{Fd(), state_, WasmSpan::FromArguments(info, 1)};
  if (parts.mailbox.size() < Mailbox::kSize) ThrowArgument(env, "the mailbox is too small");
  parts.fd = Fd(Ioctl(env, "KVM_CREATE_VCPU", KVM_CREATE_VCPU, id));
  return MakeObject<KvmVcpu>(env, env.GetInstanceData<AddonData>()->vcpu_class, parts);
}

Napi::Value KvmVm::Close(const Napi::CallbackInfo& info) {
  state_->fd.Close();
  return info.Env().Undefined();
}
