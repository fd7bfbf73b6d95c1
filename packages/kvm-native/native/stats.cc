#include "stats.h"

#include <fcntl.h>
#include <linux/kvm.h>
#include <unistd.h>

#include <cerrno>

#include "addon_data.h"
#include "arguments.h"
#include "errors.h"

Napi::Function KvmStats::Define(Napi::Env env) {
  return DefineClass(env, "KvmStats",
                     {InstanceMethod<&KvmStats::Read>("read"), InstanceMethod<&KvmStats::Close>("close")});
}

Napi::Value KvmStats::Open(Napi::Env env, const Fd& of) {
  Parts parts{Fd(of.Ioctl(KVM_GET_STATS_FD, nullptr))};
  if (!parts.fd.open()) ThrowErrno(env, "KVM_GET_STATS_FD", errno);
  // Unlike KVM's other descriptors, this one would be passed on to child processes, and keep the VM alive in them.
  ::fcntl(parts.fd.get(), F_SETFD, FD_CLOEXEC);
  return MakeObject<KvmStats>(env, env.GetInstanceData<AddonData>()->stats_class, parts);
}

KvmStats::KvmStats(const Napi::CallbackInfo& info) : Napi::ObjectWrap<KvmStats>(info) {
  Parts* parts = TakeParts<KvmStats>(info.Env());
  if (parts == nullptr) ThrowArgument(info.Env(), "a KvmStats is made by getStatsFd()");
  fd_ = std::move(parts->fd);
}

// (offset, Uint8Array) -> how many bytes there were.
Napi::Value KvmStats::Read(const Napi::CallbackInfo& info) {
  const uint64_t offset = IntegerArgument(info, 0, UINT32_MAX, "offset");
  const Bytes bytes = BytesArgument(info, 1, "bytes");
  const ssize_t count = ::pread(fd_.get(), bytes.data, bytes.size, static_cast<off_t>(offset));
  if (count < 0) ThrowErrno(info.Env(), "pread", errno);
  return Napi::Number::New(info.Env(), static_cast<double>(count));
}

Napi::Value KvmStats::Close(const Napi::CallbackInfo& info) {
  fd_.Close();
  return info.Env().Undefined();
}
