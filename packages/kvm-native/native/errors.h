#pragma once

#include <napi.h>

// Throws an Error as Node's own system errors are: `code` ("EINVAL"), `errno` (positive), and `syscall`, which is the
// ioctl's name.
[[noreturn]] void ThrowErrno(Napi::Env env, const char* call, int error);

// For an argument of the wrong type, or out of its range: nothing has reached the kernel. A TypeError whose `code` is
// ERR_INVALID_ARGUMENT.
[[noreturn]] void ThrowArgument(Napi::Env env, const char* message);
