#pragma once

#include <napi.h>

#include <memory>

#include "fd.h"

// An eventfd (man 2 eventfd), which KVM writes to for a guest (KVM_IOEVENTFD), or reads for it (KVM_IRQFD). Never blocks.
class KvmEventFd : public Napi::ObjectWrap<KvmEventFd> {
 public:
  static Napi::Function Define(Napi::Env env);
  // new KvmEventFd(initial, semaphore)
  explicit KvmEventFd(const Napi::CallbackInfo& info);
  ~KvmEventFd() override;

  // The descriptor of an argument that must be an eventfd that is open.
  static int Argument(const Napi::CallbackInfo& info, size_t index);

 private:
  struct Watch;

  Napi::Value Write(const Napi::CallbackInfo& info);
  Napi::Value Read(const Napi::CallbackInfo& info);
  Napi::Value StartWatching(const Napi::CallbackInfo& info);
  Napi::Value Rearm(const Napi::CallbackInfo& info);
  Napi::Value StopWatching(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  Fd fd_;
  std::unique_ptr<Watch> watch_;
};
