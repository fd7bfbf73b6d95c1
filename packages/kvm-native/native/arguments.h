#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>

// Arguments from JavaScript, each checked before it goes anywhere near the kernel. All of them throw a TypeError.

// An integer from 0 to `max`, which is at most 2^53.
uint64_t IntegerArgument(const Napi::CallbackInfo& info, size_t index, uint64_t max, const char* what);

// A bigint from 0 to 2^64 - 1.
uint64_t BigIntArgument(const Napi::CallbackInfo& info, size_t index, const char* what);

// The bytes of a Uint8Array. They stay valid only during the call.
struct Bytes {
  uint8_t* data;
  size_t size;
};
Bytes BytesArgument(const Napi::CallbackInfo& info, size_t index, const char* what);
Bytes BytesOf(Napi::Env env, const Napi::Value& value, const char* what);
