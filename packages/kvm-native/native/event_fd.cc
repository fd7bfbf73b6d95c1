#include "event_fd.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

#include "arguments.h"
#include "errors.h"
#include "event_watcher.h"

namespace {

constexpr napi_type_tag kEventFdTag = {0x9d5a3c1e70f24b68, 0xa1c47e02b95d8f36};

EventWatcher& WatcherOfThisThread() {
  static thread_local EventWatcher watcher;
  return watcher;
}

}  // namespace

// One wait for an eventfd. The hook ends it where the environment ends first: it runs before the threadsafe function goes,
// which was made before it.
struct KvmEventFd::Watch {
  Watch(Napi::Env env, int fd, Napi::Function callback)
      : env_(env), fd_(fd), function_(Napi::ThreadSafeFunction::New(env, callback, "KvmEventFd", 0, 1)) {
    napi_add_env_cleanup_hook(env_, End, this);
    const int error = WatcherOfThisThread().Add(fd_, [this] { function_.NonBlockingCall(); }, id_);
    if (error == 0) return;
    napi_remove_env_cleanup_hook(env_, End, this);
    function_.Release();
    ThrowErrno(env, "epoll_ctl", error);
  }

  ~Watch() {
    if (id_ == 0) return;
    napi_remove_env_cleanup_hook(env_, End, this);
    End(this);
  }

  void Rearm() const {
    if (id_ != 0) WatcherOfThisThread().Rearm(fd_, id_);
  }

  static void End(void* data) {
    auto* watch = static_cast<Watch*>(data);
    WatcherOfThisThread().Remove(watch->fd_, watch->id_);
    watch->id_ = 0;
    watch->function_.Release();
  }

  napi_env env_;
  int fd_;
  Napi::ThreadSafeFunction function_;
  uint64_t id_ = 0;
};

Napi::Function KvmEventFd::Define(Napi::Env env) {
  return DefineClass(env, "KvmEventFd",
                     {
                         InstanceMethod<&KvmEventFd::Write>("write"),
                         InstanceMethod<&KvmEventFd::Read>("read"),
                         InstanceMethod<&KvmEventFd::StartWatching>("watch"),
                         InstanceMethod<&KvmEventFd::Rearm>("rearm"),
                         InstanceMethod<&KvmEventFd::StopWatching>("unwatch"),
                         InstanceMethod<&KvmEventFd::Close>("close"),
                     });
}

KvmEventFd::KvmEventFd(const Napi::CallbackInfo& info) : Napi::ObjectWrap<KvmEventFd>(info) {
  const unsigned initial = static_cast<unsigned>(IntegerArgument(info, 0, UINT32_MAX, "initial"));
  if (!info[1].IsBoolean()) ThrowArgument(info.Env(), "semaphore must be a boolean");
  const int semaphore = info[1].As<Napi::Boolean>().Value() ? EFD_SEMAPHORE : 0;
  fd_ = Fd(::eventfd(initial, EFD_CLOEXEC | EFD_NONBLOCK | semaphore));
  if (!fd_.open()) ThrowErrno(info.Env(), "eventfd", errno);
  info.This().As<Napi::Object>().TypeTag(&kEventFdTag);
}

KvmEventFd::~KvmEventFd() = default;

int KvmEventFd::Argument(const Napi::CallbackInfo& info, size_t index) {
  const Napi::Value value = info[index];
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&kEventFdTag)) {
    ThrowArgument(info.Env(), "eventfd must be a KvmEventFd");
  }
  const Fd& fd = Unwrap(value.As<Napi::Object>())->fd_;
  if (!fd.open()) ThrowArgument(info.Env(), "the eventfd was closed");
  return fd.get();
}

// (bigint) -> false if the counter has no room for it.
Napi::Value KvmEventFd::Write(const Napi::CallbackInfo& info) {
  const uint64_t value = BigIntArgument(info, 0, "value");
  const bool written = ::eventfd_write(fd_.get(), value) == 0;
  if (!written && errno != EAGAIN) ThrowErrno(info.Env(), "write", errno);
  return Napi::Boolean::New(info.Env(), written);
}

// () -> the counter, a bigint, 0 if nothing was written since the last time.
Napi::Value KvmEventFd::Read(const Napi::CallbackInfo& info) {
  eventfd_t value = 0;
  if (::eventfd_read(fd_.get(), &value) != 0) {
    if (errno != EAGAIN) ThrowErrno(info.Env(), "read", errno);
    value = 0;
  }
  return Napi::BigInt::New(info.Env(), static_cast<uint64_t>(value));
}

// (callback): is called from the event loop once the counter is not 0, and then not before `rearm`.
Napi::Value KvmEventFd::StartWatching(const Napi::CallbackInfo& info) {
  if (!info[0].IsFunction()) ThrowArgument(info.Env(), "callback must be a function");
  if (!fd_.open()) ThrowErrno(info.Env(), "epoll_ctl", EBADF);
  if (watch_ != nullptr) ThrowArgument(info.Env(), "the eventfd is watched already");
  watch_ = std::make_unique<Watch>(info.Env(), fd_.get(), info[0].As<Napi::Function>());
  return info.Env().Undefined();
}

Napi::Value KvmEventFd::Rearm(const Napi::CallbackInfo& info) {
  if (watch_ != nullptr) watch_->Rearm();
  return info.Env().Undefined();
}

Napi::Value KvmEventFd::StopWatching(const Napi::CallbackInfo& info) {
  watch_.reset();
  return info.Env().Undefined();
}

Napi::Value KvmEventFd::Close(const Napi::CallbackInfo& info) {
  watch_.reset();
  fd_.Close();
  return info.Env().Undefined();
}
