#include "errors.h"

#include <cerrno>
#include <cstring>
#include <string>

namespace {

// strerrorname_np would do, but musl and older C libraries lack it. These are what KVM answers with.
const char* ErrnoName(int error) {
  switch (error) {
#define NAME(e) \
  case e:       \
    return #e
    NAME(EPERM);
    NAME(ENOENT);
    NAME(EINTR);
    NAME(EIO);
    NAME(ENXIO);
    NAME(E2BIG);
    NAME(EBADF);
    NAME(EAGAIN);
    NAME(ENOMEM);
    NAME(EACCES);
    NAME(EFAULT);
    NAME(EBUSY);
    NAME(EEXIST);
    NAME(ENODEV);
    NAME(ENOTDIR);
    NAME(EISDIR);
    NAME(EINVAL);
    NAME(ENFILE);
    NAME(EMFILE);
    NAME(ENOTTY);
    NAME(ENOSPC);
    NAME(ENOSYS);
    NAME(ELOOP);
    NAME(ENAMETOOLONG);
    NAME(EOPNOTSUPP);
    NAME(ERANGE);
    NAME(EPROTO);
    NAME(EXDEV);
    NAME(ETIMEDOUT);
    NAME(EALREADY);
#undef NAME
    default:
      return "UNKNOWN";
  }
}

}  // namespace

void ThrowErrno(Napi::Env env, const char* call, int error) {
  const char* name = ErrnoName(error);
  Napi::Error thrown = Napi::Error::New(env, std::string(call) + ": " + name + ", " + std::strerror(error));
  thrown.Set("code", Napi::String::New(env, name));
  thrown.Set("errno", Napi::Number::New(env, error));
  thrown.Set("syscall", Napi::String::New(env, call));
  throw thrown;
}

void ThrowArgument(Napi::Env env, const char* message) {
  Napi::TypeError thrown = Napi::TypeError::New(env, message);
  thrown.Set("code", Napi::String::New(env, "ERR_INVALID_ARGUMENT"));
  throw thrown;
}
