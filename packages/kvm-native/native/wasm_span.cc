#include "wasm_span.h"

#include "arguments.h"
#include "errors.h"

namespace {

constexpr uint64_t kPageSize = 4096;
constexpr uint64_t kMaxInteger = uint64_t{1} << 52;

Bytes AllOf(Napi::Env env, const Napi::Value& memory) {
  const Napi::Object global = env.Global();
  const Napi::Value type = global.Get("WebAssembly").As<Napi::Object>().Get("Memory");
  if (!memory.IsObject() || !memory.As<Napi::Object>().InstanceOf(type.As<Napi::Function>())) {
    ThrowArgument(env, "memory must be a WebAssembly.Memory");
  }
  // Through a view, because Node-API has no call for the SharedArrayBuffer that `buffer` may be.
  const Napi::Value buffer = memory.As<Napi::Object>().Get("buffer");
  const Napi::Value view = global.Get("Uint8Array").As<Napi::Function>().New({buffer});
  napi_typedarray_type array_type;
  size_t length = 0;
  void* data = nullptr;
  if (napi_get_typedarray_info(env, view, &array_type, &length, &data, nullptr, nullptr) != napi_ok) {
    ThrowArgument(env, "memory must be a WebAssembly.Memory");
  }
  return {static_cast<uint8_t*>(data), length};
}

}  // namespace

WasmSpan WasmSpan::FromArguments(const Napi::CallbackInfo& info, size_t index) {
  const Bytes all = AllOf(info.Env(), info[index]);
  const uint64_t offset = IntegerArgument(info, index + 1, kMaxInteger, "offset");
  const uint64_t size = IntegerArgument(info, index + 2, kMaxInteger, "size");
  if (offset > all.size || size > all.size - offset) ThrowArgument(info.Env(), "the range leaves the memory");
  const uintptr_t first = reinterpret_cast<uintptr_t>(all.data) + offset;
  if (first % kPageSize != 0 || size % kPageSize != 0) ThrowArgument(info.Env(), "the range is not made of pages");
  WasmSpan span;
  span.memory_ = Napi::Persistent(info[index].As<Napi::Object>());
  span.data_ = all.data + offset;
  span.size_ = size;
  return span;
}
