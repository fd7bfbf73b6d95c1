#include "arguments.h"

#include <cmath>
#include <string>

#include "errors.h"

namespace {

// A value as a message shows it.
std::string Shown(const Napi::Value& value) {
  if (value.IsNumber() || value.IsUndefined() || value.IsNull() || value.IsBoolean()) return value.ToString().Utf8Value();
  if (value.IsBigInt()) return "a bigint";
  if (value.IsString()) return "a string";
  return value.IsFunction() ? "a function" : "an object";
}

[[noreturn]] void ThrowNot(const Napi::CallbackInfo& info, size_t index, const char* what, const std::string& wanted) {
  const std::string message = std::string(what) + " must be " + wanted + ", not " + Shown(info[index]);
  ThrowArgument(info.Env(), message.c_str());
}

}  // namespace

uint64_t IntegerArgument(const Napi::CallbackInfo& info, size_t index, uint64_t max, const char* what) {
  const Napi::Value value = info[index];
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
  // Written so that NaN fails, too.
  if (!(number >= 0 && number <= static_cast<double>(max)) || number != std::floor(number)) {
    ThrowNot(info, index, what, "an integer from 0 to " + std::to_string(max));
  }
  return static_cast<uint64_t>(number);
}

uint64_t BigIntArgument(const Napi::CallbackInfo& info, size_t index, const char* what) {
  bool lossless = false;
  uint64_t number = 0;
  if (info[index].IsBigInt()) number = info[index].As<Napi::BigInt>().Uint64Value(&lossless);
  if (!lossless) ThrowNot(info, index, what, "a bigint from 0 to 2^64 - 1");
  return number;
}

Bytes BytesArgument(const Napi::CallbackInfo& info, size_t index, const char* what) {
  return BytesOf(info.Env(), info[index], what);
}

Bytes BytesOf(Napi::Env env, const Napi::Value& value, const char* what) {
  if (value.IsTypedArray()) {
    // napi_get_typedarray_info and not As<Uint8Array>(), because that asks for an ArrayBuffer where a
    // SharedArrayBuffer may be.
    napi_typedarray_type type;
    size_t length = 0;
    void* data = nullptr;
    if (napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr) == napi_ok &&
        type == napi_uint8_array) {
      return {static_cast<uint8_t*>(data), length};
    }
  }
  ThrowArgument(env, (std::string(what) + " must be a Uint8Array").c_str());
}
