#pragma once

#include <napi.h>

#include <memory>

#include "vcpu_thread.h"

// JavaScript's side of the vCPUs that run in threads of their own.
class KvmCrew : public Napi::ObjectWrap<KvmCrew> {
 public:
  static Napi::Function Define(Napi::Env env);
  // new KvmCrew(listener)
  explicit KvmCrew(const Napi::CallbackInfo& info);
  ~KvmCrew() override;

 private:
  static void End(void* self);
  void CheckOpen(const Napi::CallbackInfo& info) const;
  size_t Index(const Napi::CallbackInfo& info) const;

  Napi::Value Start(const Napi::CallbackInfo& info);
  Napi::Value Resume(const Napi::CallbackInfo& info);
  Napi::Value Pause(const Napi::CallbackInfo& info);
  Napi::Value Wait(const Napi::CallbackInfo& info);
  Napi::Value Code(const Napi::CallbackInfo& info);
  Napi::Value Proceed(const Napi::CallbackInfo& info);
  Napi::Value Hold(const Napi::CallbackInfo& info);
  Napi::Value Release(const Napi::CallbackInfo& info);
  Napi::Value Complete(const Napi::CallbackInfo& info);
  Napi::Value Discard(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  napi_env env_;
  Napi::ThreadSafeFunction function_;
  std::shared_ptr<Crew> crew_;
  bool ended_ = false;
};
