#include "vcpu.h"

#include <linux/kvm.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "arguments.h"
#include "counted_buffer.h"
#include "errors.h"

namespace {

// `struct kvm_xsave` without the flexible array that newer headers have at its end: see counted_buffer.h. KVM_GET_FPU and
// KVM_SET_FPU would not do: they leave MXCSR out.
struct Xsave {
  uint32_t region[1024];
};
static_assert(sizeof(Xsave) == 4096);
constexpr unsigned long kGetXsave = _IOR(KVMIO, 0xa4, Xsave);
constexpr unsigned long kSetXsave = _IOW(KVMIO, 0xa5, Xsave);
// Newer than some kernel headers that this is built with: the same for areas of more than 4096 bytes.
constexpr unsigned long kGetXsave2 = _IOR(KVMIO, 0xcf, Xsave);
constexpr unsigned long kCapXsave2 = 208;

// `struct kvm_nested_state` without the data that follow it.
struct NestedStateHeader {
  uint16_t flags;
  uint16_t format;
  uint32_t size;
  uint8_t header[120];
};
static_assert(sizeof(NestedStateHeader) == 128);
constexpr unsigned long kGetNestedState = _IOWR(KVMIO, 0xbe, NestedStateHeader);

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
  return DefineClass(env, "KvmVcpu",
                     {
                         InstanceMethod<&KvmVcpu::GetRegs>("getRegs"),
                         InstanceMethod<&KvmVcpu::SetRegs>("setRegs"),
                         InstanceMethod<&KvmVcpu::GetSregs>("getSregs"),
                         InstanceMethod<&KvmVcpu::SetSregs>("setSregs"),
                         InstanceMethod<&KvmVcpu::GetXsave>("getXsave"),
                         InstanceMethod<&KvmVcpu::SetXsave>("setXsave"),
                         InstanceMethod<&KvmVcpu::GetXcrs>("getXcrs"),
                         InstanceMethod<&KvmVcpu::SetXcrs>("setXcrs"),
                         InstanceMethod<&KvmVcpu::GetDebugregs>("getDebugregs"),
                         InstanceMethod<&KvmVcpu::SetDebugregs>("setDebugregs"),
                         InstanceMethod<&KvmVcpu::GetVcpuEvents>("getVcpuEvents"),
                         InstanceMethod<&KvmVcpu::SetVcpuEvents>("setVcpuEvents"),
                         InstanceMethod<&KvmVcpu::GetNestedState>("getNestedState"),
                         InstanceMethod<&KvmVcpu::Translate>("translate"),
                         InstanceMethod<&KvmVcpu::GetCpuid2>("getCpuid2"),
                         InstanceMethod<&KvmVcpu::SetCpuid2>("setCpuid2"),
                         InstanceMethod<&KvmVcpu::GetMsrs>("getMsrs"),
                         InstanceMethod<&KvmVcpu::SetMsrs>("setMsrs"),
                         InstanceMethod<&KvmVcpu::Interrupt>("interrupt"),
                         InstanceMethod<&KvmVcpu::Close>("close"),
                     });
}

KvmVcpu::KvmVcpu(const Napi::CallbackInfo& info) : Napi::ObjectWrap<KvmVcpu>(info) {
  if (!info[0].IsExternal()) ThrowArgument(info.Env(), "a KvmVcpu is made by KvmVm.createVcpu()");
  Parts* parts = info[0].As<Napi::External<Parts>>().Data();
  state_ = std::make_shared<VcpuState>(std::move(parts->fd), std::move(parts->vm), std::move(parts->mailbox));
  const int error = state_->Map();
  if (error != 0) ThrowErrno(info.Env(), "mmap", error);
  DefineRun(info.Env(), info.This().As<Napi::Object>());
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

void KvmVcpu::Ioctl(Napi::Env env, const char* name, unsigned long request, void* argument) {
  if (state_->fd().Ioctl(request, argument) < 0) ThrowErrno(env, name, errno);
}

// (structure): fills it.
template <typename Struct>
Napi::Value KvmVcpu::Get(const Napi::CallbackInfo& info, const char* name, unsigned long request) {
  const Bytes bytes = BytesArgument(info, 0, name);
  if (bytes.size != sizeof(Struct)) ThrowArgument(info.Env(), (std::string(name) + ": wrong size").c_str());
  Ioctl(info.Env(), name, request, bytes.data);
  return info.Env().Undefined();
}

// (structure): takes it. The kernel has no pointers in these, and checks the values itself.
template <typename Struct>
Napi::Value KvmVcpu::Set(const Napi::CallbackInfo& info, const char* name, unsigned long request) {
  return Get<Struct>(info, name, request);
}

Napi::Value KvmVcpu::GetRegs(const Napi::CallbackInfo& info) {
  return Get<kvm_regs>(info, "KVM_GET_REGS", KVM_GET_REGS);
}
Napi::Value KvmVcpu::SetRegs(const Napi::CallbackInfo& info) {
  return Set<kvm_regs>(info, "KVM_SET_REGS", KVM_SET_REGS);
}
Napi::Value KvmVcpu::GetSregs(const Napi::CallbackInfo& info) {
  return Get<kvm_sregs>(info, "KVM_GET_SREGS", KVM_GET_SREGS);
}
Napi::Value KvmVcpu::SetSregs(const Napi::CallbackInfo& info) {
  return Set<kvm_sregs>(info, "KVM_SET_SREGS", KVM_SET_SREGS);
}
Napi::Value KvmVcpu::GetXsave(const Napi::CallbackInfo& info) {
  const Bytes area = XsaveArgument(info);
  if (area.size == sizeof(Xsave)) Ioctl(info.Env(), "KVM_GET_XSAVE", kGetXsave, area.data);
  else Ioctl(info.Env(), "KVM_GET_XSAVE2", kGetXsave2, area.data);
  return info.Env().Undefined();
}
Napi::Value KvmVcpu::SetXsave(const Napi::CallbackInfo& info) {
  Ioctl(info.Env(), "KVM_SET_XSAVE", kSetXsave, XsaveArgument(info).data);
  return info.Env().Undefined();
}

// The kernel reads and writes as many bytes as the VM's capability says, whatever is passed.
Bytes KvmVcpu::XsaveArgument(const Napi::CallbackInfo& info) {
  const Bytes bytes = BytesArgument(info, 0, "xsave");
  const int size = state_->vm().fd.Ioctl(KVM_CHECK_EXTENSION, kCapXsave2);
  if (size < 0) ThrowErrno(info.Env(), "KVM_CHECK_EXTENSION", errno);
  if (bytes.size != std::max(sizeof(Xsave), static_cast<size_t>(size))) {
    ThrowArgument(info.Env(), "xsave: wrong size");
  }
  return bytes;
}

Napi::Value KvmVcpu::GetXcrs(const Napi::CallbackInfo& info) {
  return Get<kvm_xcrs>(info, "KVM_GET_XCRS", KVM_GET_XCRS);
}
Napi::Value KvmVcpu::SetXcrs(const Napi::CallbackInfo& info) {
  return Set<kvm_xcrs>(info, "KVM_SET_XCRS", KVM_SET_XCRS);
}
Napi::Value KvmVcpu::GetDebugregs(const Napi::CallbackInfo& info) {
  return Get<kvm_debugregs>(info, "KVM_GET_DEBUGREGS", KVM_GET_DEBUGREGS);
}
Napi::Value KvmVcpu::SetDebugregs(const Napi::CallbackInfo& info) {
  return Set<kvm_debugregs>(info, "KVM_SET_DEBUGREGS", KVM_SET_DEBUGREGS);
}
Napi::Value KvmVcpu::GetVcpuEvents(const Napi::CallbackInfo& info) {
  return Get<kvm_vcpu_events>(info, "KVM_GET_VCPU_EVENTS", KVM_GET_VCPU_EVENTS);
}
Napi::Value KvmVcpu::SetVcpuEvents(const Napi::CallbackInfo& info) {
  return Set<kvm_vcpu_events>(info, "KVM_SET_VCPU_EVENTS", KVM_SET_VCPU_EVENTS);
}

// (struct kvm_nested_state): fills it. E2BIG if there is more than the structure itself.
Napi::Value KvmVcpu::GetNestedState(const Napi::CallbackInfo& info) {
  const Bytes bytes = BytesArgument(info, 0, "nested_state");
  if (bytes.size != sizeof(NestedStateHeader)) ThrowArgument(info.Env(), "nested_state: wrong size");
  reinterpret_cast<NestedStateHeader*>(bytes.data)->size = sizeof(NestedStateHeader);
  Ioctl(info.Env(), "KVM_GET_NESTED_STATE", kGetNestedState, bytes.data);
  return info.Env().Undefined();
}

// (struct kvm_translation): takes the linear address in it, fills the rest.
Napi::Value KvmVcpu::Translate(const Napi::CallbackInfo& info) {
  return Get<kvm_translation>(info, "KVM_TRANSLATE", KVM_TRANSLATE);
}

// (struct kvm_cpuid2): fills it. E2BIG if it has too few entries.
Napi::Value KvmVcpu::GetCpuid2(const Napi::CallbackInfo& info) {
  Ioctl(info.Env(), "KVM_GET_CPUID2", kGetCpuid2, CountedBufferToFill(info, 0, "cpuid2", sizeof(kvm_cpuid_entry2)));
  return info.Env().Undefined();
}

// (struct kvm_cpuid2)
Napi::Value KvmVcpu::SetCpuid2(const Napi::CallbackInfo& info) {
  Ioctl(info.Env(), "KVM_SET_CPUID2", kSetCpuid2, CountedBufferToRead(info, 0, "cpuid2", sizeof(kvm_cpuid_entry2)));
  return info.Env().Undefined();
}

// (struct kvm_msrs): fills in the values of the indices in it. Returns how many: KVM stops at one that it does not have.
Napi::Value KvmVcpu::GetMsrs(const Napi::CallbackInfo& info) { return Msrs(info, "KVM_GET_MSRS", kGetMsrs); }

// (struct kvm_msrs): returns how many KVM took, likewise.
Napi::Value KvmVcpu::SetMsrs(const Napi::CallbackInfo& info) { return Msrs(info, "KVM_SET_MSRS", kSetMsrs); }

Napi::Value KvmVcpu::Msrs(const Napi::CallbackInfo& info, const char* name, unsigned long request) {
  uint8_t* msrs = CountedBufferToRead(info, 0, "msrs", sizeof(kvm_msr_entry));
  const int done = state_->fd().Ioctl(request, msrs);
  if (done < 0) ThrowErrno(info.Env(), name, errno);
  return Napi::Number::New(info.Env(), done);
}

// (vector)
Napi::Value KvmVcpu::Interrupt(const Napi::CallbackInfo& info) {
  kvm_interrupt interrupt{};
  interrupt.irq = static_cast<uint32_t>(IntegerArgument(info, 0, 255, "vector"));
  Ioctl(info.Env(), "KVM_INTERRUPT", KVM_INTERRUPT, &interrupt);
  return info.Env().Undefined();
}

Napi::Value KvmVcpu::Close(const Napi::CallbackInfo& info) {
  state_->Close();
  return info.Env().Undefined();
}
