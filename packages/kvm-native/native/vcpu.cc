#include "vcpu.h"

#include <linux/kvm.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <vector>

#include "addon_data.h"
#include "arguments.h"
#include "device_attr.h"
#include "enable_cap.h"
#include "errors.h"
#include "ioctl_table.h"
#include "stats.h"

namespace {

// sizeof(struct kvm_dirty_gfn), which is newer than some kernel headers that this is built with.
constexpr size_t kDirtyGfnSize = 16;

constexpr napi_type_tag kVcpuTag = {0x3f61d8b20c9547ea, 0xb86a14c5d2e07f93};

// The hot path: nothing here is looked up, checked by name or allocated.
napi_value RunCallback(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argument;
  void* data = nullptr;
  double nanoseconds = 0;
  napi_value result = nullptr;
  napi_get_cb_info(env, info, &argc, &argument, nullptr, &data);
  // Anything that is no number counts as 0, and enters no guest.
  napi_get_value_double(env, argument, &nanoseconds);
  napi_create_int32(env, static_cast<VcpuState*>(data)->Run(nanoseconds), &result);
  return result;
}

using StateHolder = std::shared_ptr<VcpuState>;

}  // namespace

Napi::Function KvmVcpu::Define(Napi::Env env) {
  std::vector<PropertyDescriptor> methods = {
      InstanceMethod<&KvmVcpu::EnableCap>("enableCap"),
      InstanceMethod<&KvmVcpu::GetOneReg>("getOneReg"),
      InstanceMethod<&KvmVcpu::SetOneReg>("setOneReg"),
      InstanceMethod<&KvmVcpu::HasDeviceAttr>("hasDeviceAttr"),
      InstanceMethod<&KvmVcpu::GetDeviceAttr>("getDeviceAttr"),
      InstanceMethod<&KvmVcpu::SetDeviceAttr>("setDeviceAttr"),
      InstanceMethod<&KvmVcpu::GetStatsFd>("getStatsFd"),
      InstanceMethod<&KvmVcpu::TakeCoalesced>("takeCoalesced"),
      InstanceMethod<&KvmVcpu::TakeDirty>("takeDirty"),
      InstanceMethod<&KvmVcpu::Close>("close"),
  };
  for (const IoctlRow& row : kVcpuIoctls) {
    methods.push_back(InstanceMethod<&KvmVcpu::Row>(row.method, napi_default, const_cast<IoctlRow*>(&row)));
  }
  return DefineClass(env, "KvmVcpu", methods);
}

KvmVcpu::KvmVcpu(const Napi::CallbackInfo& info) : Napi::ObjectWrap<KvmVcpu>(info) {
  Parts* parts = TakeParts<KvmVcpu>(info.Env());
  if (parts == nullptr) ThrowArgument(info.Env(), "a KvmVcpu is made by KvmVm.createVcpu()");
  state_ = std::make_shared<VcpuState>(std::move(parts->fd), std::move(parts->vm), std::move(parts->mailbox));
  const int error = state_->Map();
  if (error != 0) ThrowErrno(info.Env(), "mmap", error);
  DefineRun(info.Env(), info.This().As<Napi::Object>());
  info.This().As<Napi::Object>().TypeTag(&kVcpuTag);
}

VcpuState& KvmVcpu::Argument(const Napi::CallbackInfo& info, size_t index) {
  const Napi::Value value = info[index];
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&kVcpuTag)) {
    ThrowArgument(info.Env(), "vcpu must be a KvmVcpu");
  }
  return *Unwrap(value.As<Napi::Object>())->state_;
}

void KvmVcpu::DefineRun(Napi::Env env, Napi::Object self) {
  napi_value run = nullptr;
  if (napi_create_function(env, "run", NAPI_AUTO_LENGTH, RunCallback, state_.get(), &run) != napi_ok) {
    throw Napi::Error::New(env);
  }
  // The function may be kept for longer than the object that it came with.
  Napi::Function function(env, run);
  function.AddFinalizer([](Napi::Env, StateHolder* holder) { delete holder; }, new StateHolder(state_));
  self.DefineProperty(Napi::PropertyDescriptor::Value("run", function, napi_enumerable));
}

// The descriptor, for anything but running. Throws while the vCPU's thread is in the guest.
const Fd& KvmVcpu::OutsideFd(Napi::Env env) const {
  if (state_->InGuest()) ThrowErrno(env, "KVM_RUN", EBUSY);
  return state_->fd();
}

Napi::Value KvmVcpu::Row(const Napi::CallbackInfo& info) { return CallRow(info, OutsideFd(info.Env()), state_->vm().fd); }

// (struct kvm_enable_cap)
Napi::Value KvmVcpu::EnableCap(const Napi::CallbackInfo& info) {
  CallEnableCap(info, OutsideFd(info.Env()), IsPlainVcpuCapability);
  return info.Env().Undefined();
}

// (id) -> value: bigints. All registers of x86 have 64 bits, which the id says, too.
Napi::Value KvmVcpu::GetOneReg(const Napi::CallbackInfo& info) {
  return OneReg(info, "KVM_GET_ONE_REG", KVM_GET_ONE_REG, 0);
}

// (id, value)
Napi::Value KvmVcpu::SetOneReg(const Napi::CallbackInfo& info) {
  return OneReg(info, "KVM_SET_ONE_REG", KVM_SET_ONE_REG, BigIntArgument(info, 1, "value"));
}

Napi::Value KvmVcpu::OneReg(const Napi::CallbackInfo& info, const char* name, unsigned long request, uint64_t value) {
  kvm_one_reg reg{};
  reg.id = BigIntArgument(info, 0, "id");
  if ((reg.id & KVM_REG_SIZE_MASK) != KVM_REG_SIZE_U64) ThrowArgument(info.Env(), "id must say 64 bits");
  reg.addr = reinterpret_cast<uint64_t>(&value);
  if (OutsideFd(info.Env()).Ioctl(request, &reg) < 0) ThrowErrno(info.Env(), name, errno);
  return Napi::BigInt::New(info.Env(), value);
}

Napi::Value KvmVcpu::HasDeviceAttr(const Napi::CallbackInfo& info) { return HasAttr(info, OutsideFd(info.Env())); }

// (group, attr) -> bigint. KVM_VCPU_TSC_CTRL, whose one attribute has 64 bits.
Napi::Value KvmVcpu::GetDeviceAttr(const Napi::CallbackInfo& info) {
  if (IntegerArgument(info, 0, UINT32_MAX, "group") != KVM_VCPU_TSC_CTRL) {
    ThrowArgument(info.Env(), "the size of attributes of this group is not known");
  }
  return GetAttr64(info, OutsideFd(info.Env()));
}

// (group, attr, bigint), likewise.
Napi::Value KvmVcpu::SetDeviceAttr(const Napi::CallbackInfo& info) {
  if (IntegerArgument(info, 0, UINT32_MAX, "group") != KVM_VCPU_TSC_CTRL) {
    ThrowArgument(info.Env(), "the size of attributes of this group is not known");
  }
  return SetAttr64(info, OutsideFd(info.Env()));
}

Napi::Value KvmVcpu::GetStatsFd(const Napi::CallbackInfo& info) { return KvmStats::Open(info.Env(), OutsideFd(info.Env())); }

// (Uint8Array of `struct kvm_coalesced_mmio`) -> how many there were.
Napi::Value KvmVcpu::TakeCoalesced(const Napi::CallbackInfo& info) {
  const Bytes bytes = BytesArgument(info, 0, "entries");
  const int count = state_->TakeCoalesced(bytes.data, bytes.size / sizeof(kvm_coalesced_mmio));
  if (count < 0) ThrowErrno(info.Env(), "KVM_CAP_COALESCED_MMIO", -count);
  return Napi::Number::New(info.Env(), count);
}

// (Uint8Array of `struct kvm_dirty_gfn`) -> how many there were.
Napi::Value KvmVcpu::TakeDirty(const Napi::CallbackInfo& info) {
  const Bytes bytes = BytesArgument(info, 0, "entries");
  const int count = state_->TakeDirty(bytes.data, bytes.size / kDirtyGfnSize);
  if (count < 0) ThrowErrno(info.Env(), "KVM_CAP_DIRTY_LOG_RING", -count);
  return Napi::Number::New(info.Env(), count);
}

Napi::Value KvmVcpu::Close(const Napi::CallbackInfo& info) {
  state_->Close();
  return info.Env().Undefined();
}
