#include "crew.h"

#include <cerrno>
#include <utility>

#include "arguments.h"
#include "errors.h"
#include "vcpu.h"

namespace {

// The thread of the VM looks at its event loop at least so often.
constexpr uint64_t kLongestWait = 10'000'000;

}  // namespace

Napi::Function KvmCrew::Define(Napi::Env env) {
  return DefineClass(env, "KvmCrew",
                     {
                         InstanceMethod<&KvmCrew::Start>("start"),
                         InstanceMethod<&KvmCrew::Resume>("resume"),
                         InstanceMethod<&KvmCrew::Pause>("pause"),
                         InstanceMethod<&KvmCrew::Wait>("wait"),
                         InstanceMethod<&KvmCrew::Code>("code"),
                         InstanceMethod<&KvmCrew::Proceed>("proceed"),
                         InstanceMethod<&KvmCrew::Hold>("hold"),
                         InstanceMethod<&KvmCrew::Release>("release"),
                         InstanceMethod<&KvmCrew::Complete>("complete"),
                         InstanceMethod<&KvmCrew::Discard>("discard"),
                         InstanceMethod<&KvmCrew::Close>("close"),
                     });
}

KvmCrew::KvmCrew(const Napi::CallbackInfo& info) : Napi::ObjectWrap<KvmCrew>(info), env_(info.Env()) {
  if (!info[0].IsFunction()) ThrowArgument(env_, "listener must be a function");
  function_ = Napi::ThreadSafeFunction::New(env_, info[0].As<Napi::Function>(), "KvmCrew", 0, 1);
  // It is the run loop that keeps a program alive.
  function_.Unref(env_);
  // What the hook ends was made before it, and goes after it.
  napi_add_env_cleanup_hook(env_, End, this);
  crew_ = std::make_shared<Crew>([this] { function_.NonBlockingCall(); });
}

KvmCrew::~KvmCrew() {
  if (crew_ == nullptr || ended_) return;
  napi_remove_env_cleanup_hook(env_, End, this);
  End(this);
}

void KvmCrew::End(void* self) {
  auto* crew = static_cast<KvmCrew*>(self);
  crew->ended_ = true;
  crew->crew_->Mute();
  crew->function_.Release();
}

size_t KvmCrew::Index(const Napi::CallbackInfo& info) const {
  CheckOpen(info);
  return static_cast<size_t>(IntegerArgument(info, 0, UINT16_MAX, "index"));
}

void KvmCrew::CheckOpen(const Napi::CallbackInfo& info) const {
  if (ended_) ThrowErrno(info.Env(), "KVM_RUN", EBADF);
}

// (vCPU) -> its number in the crew.
Napi::Value KvmCrew::Start(const Napi::CallbackInfo& info) {
  CheckOpen(info);
  const auto started = KvmVcpu::Argument(info, 0).StartThread(crew_);
  if (started < 0) ThrowErrno(info.Env(), "pthread_create", -started);
  return Napi::Number::New(info.Env(), started);
}

Napi::Value KvmCrew::Resume(const Napi::CallbackInfo& info) {
  CheckOpen(info);
  crew_->Resume();
  return info.Env().Undefined();
}

Napi::Value KvmCrew::Pause(const Napi::CallbackInfo& info) {
  CheckOpen(info);
  crew_->Pause();
  return info.Env().Undefined();
}

// (nanoseconds) -> the number of the vCPU that asks, or -1.
Napi::Value KvmCrew::Wait(const Napi::CallbackInfo& info) {
  CheckOpen(info);
  const auto nanoseconds = static_cast<int64_t>(IntegerArgument(info, 0, kLongestWait, "nanoseconds"));
  return Napi::Number::New(info.Env(), crew_->Wait(nanoseconds));
}

Napi::Value KvmCrew::Code(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), crew_->Code(Index(info)));
}

Napi::Value KvmCrew::Proceed(const Napi::CallbackInfo& info) {
  crew_->Proceed(Index(info));
  return info.Env().Undefined();
}

Napi::Value KvmCrew::Hold(const Napi::CallbackInfo& info) {
  crew_->Hold(Index(info));
  return info.Env().Undefined();
}

Napi::Value KvmCrew::Release(const Napi::CallbackInfo& info) {
  crew_->Release(Index(info));
  return info.Env().Undefined();
}

Napi::Value KvmCrew::Complete(const Napi::CallbackInfo& info) {
  crew_->Complete(Index(info));
  return info.Env().Undefined();
}

Napi::Value KvmCrew::Discard(const Napi::CallbackInfo& info) {
  crew_->Discard(Index(info));
  return info.Env().Undefined();
}

// The listener is not called any more. The threads are the vCPUs' own.
Napi::Value KvmCrew::Close(const Napi::CallbackInfo& info) {
  if (!ended_) {
    napi_remove_env_cleanup_hook(env_, End, this);
    End(this);
  }
  return info.Env().Undefined();
}
