#pragma once

#include <napi.h>

#include "fd.h"

// The descriptor that KVM_GET_STATS_FD gives (Documentation/virt/kvm/api.rst, 4.133): a file that is read.
class KvmStats : public Napi::ObjectWrap<KvmStats> {
 public:
  struct Parts {
    Fd fd;
  };
  static constexpr char kTag = 0;
  static Napi::Function Define(Napi::Env env);
  // KVM_GET_STATS_FD of a VM or a vCPU.
  static Napi::Value Open(Napi::Env env, const Fd& of);
  // Only made by Open.
  explicit KvmStats(const Napi::CallbackInfo& info);

 private:
  Napi::Value Read(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  Fd fd_;
};
