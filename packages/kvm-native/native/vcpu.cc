#include "vcpu.h"

#include <linux/kvm.h>

#include <cerrno>
#include <string>

#include "arguments.h"
#include "cpuid_buffer.h"
#include "errors.h"

namespace {

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
                         InstanceMethod<&KvmVcpu::SetFpu>("setFpu"),
                         InstanceMethod<&KvmVcpu::SetDebugregs>("setDebugregs"),
                         InstanceMethod<&KvmVcpu::SetVcpuEvents>("setVcpuEvents"),
                         InstanceMethod<&KvmVcpu::Translate>("translate"),
                         InstanceMethod<&KvmVcpu::GetCpuid2>("getCpuid2"),
                         InstanceMethod<&KvmVcpu::SetCpuid2>("setCpuid2"),
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
Napi::Value KvmVcpu::SetFpu(const Napi::CallbackInfo& info) {
  return Set<kvm_fpu>(info, "KVM_SET_FPU", KVM_SET_FPU);
}
Napi::Value KvmVcpu::SetDebugregs(const Napi::CallbackInfo& info) {
  return Set<kvm_debugregs>(info, "KVM_SET_DEBUGREGS", KVM_SET_DEBUGREGS);
}
Napi::Value KvmVcpu::SetVcpuEvents(const Napi::CallbackInfo& info) {
  return Set<kvm_vcpu_events>(info, "KVM_SET_VCPU_EVENTS", KVM_SET_VCPU_EVENTS);
}

// (struct kvm_translation): takes the linear address in it, fills the rest.
Napi::Value KvmVcpu::Translate(const Napi::CallbackInfo& info) {
  return Get<kvm_translation>(info, "KVM_TRANSLATE", KVM_TRANSLATE);
}

// (struct kvm_cpuid2): fills it. E2BIG if it has too few entries.
Napi::Value KvmVcpu::GetCpuid2(const Napi::CallbackInfo& info) {
  Ioctl(info.Env(), "KVM_GET_CPUID2", kGetCpuid2, CpuidBufferToFill(info, 0));
  return info.Env().Undefined();
}

// (struct kvm_cpuid2)
Napi::Value KvmVcpu::SetCpuid2(const Napi::CallbackInfo& info) {
  Ioctl(info.Env(), "KVM_SET_CPUID2", kSetCpuid2, CpuidBufferToRead(info, 0));
  return info.Env().Undefined();
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
