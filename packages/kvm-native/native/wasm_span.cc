#include "wasm_span.h"

#include "addon_data.h"
#include "arguments.h"
#include "errors.h"
#include "page.h"

namespace {

constexpr uint64_t kMaxInteger = uint64_t{1} << 52;

// The getter of `buffer` throws if `memory` is no WebAssembly.Memory, whatever it looks like.
Napi::Value BufferOf(Napi::Env env, const AddonData& data, const Napi::Value& memory) {
  try {
    return data.memory_buffer.Call(memory, {});
  } catch (const Napi::Error&) {
    ThrowArgument(env, "memory must be a WebAssembly.Memory");
  }
}

Bytes AllOf(Napi::Env env, const AddonData& data, const Napi::Value& buffer) {
  // Through a view, because Node-API has no call for the SharedArrayBuffer that the buffer may be.
  const Napi::Value view = data.uint8_array.New({buffer});
  napi_typedarray_type array_type;
  size_t length = 0;
  void* bytes = nullptr;
  if (napi_get_typedarray_info(env, view, &array_type, &length, &bytes, nullptr, nullptr) != napi_ok) {
    ThrowArgument(env, "memory must be a WebAssembly.Memory");
  }
  return {static_cast<uint8_t*>(bytes), length};
}

// Whether memory grows by `one` page. It is an error if it cannot, or if that is not the type that it takes.
bool Grows(const AddonData& data, const Napi::Value& memory, const Napi::Value& one) {
  try {
    data.memory_grow.Call(memory, {one});
    return true;
  } catch (const Napi::Error&) {
    return false;
  }
}

// Memory that threads share grows in its place. There is no way to ask other memory for its maximum but to try. One whose
// addresses have 64 bits takes bigints, and nothing else.
void CheckStaysThere(Napi::Env env, const AddonData& data, const Napi::Value& memory, const Napi::Value& buffer) {
  bool can_move = false;
  if (napi_is_arraybuffer(env, buffer, &can_move) != napi_ok || !can_move) return;
  if (Grows(data, memory, Napi::Number::New(env, 1)) || Grows(data, memory, Napi::BigInt::New(env, uint64_t{1}))) {
    ThrowArgument(env,
                  "memory must not be able to grow: its maximum must be its initial size. It has grown by a page now, "
                  "because nothing but trying tells");
  }
}

}  // namespace

void WasmSpan::Init(Napi::Env env, AddonData& data) {
  const Napi::Object global = env.Global();
  const Napi::Object object = global.Get("Object").As<Napi::Object>();
  const Napi::Object prototype = global.Get("WebAssembly")
                                     .As<Napi::Object>()
                                     .Get("Memory")
                                     .As<Napi::Object>()
                                     .Get("prototype")
                                     .As<Napi::Object>();
  const Napi::Object buffer = object.Get("getOwnPropertyDescriptor")
                                  .As<Napi::Function>()
                                  .Call({prototype, Napi::String::New(env, "buffer")})
                                  .As<Napi::Object>();
  data.memory_buffer = Napi::Persistent(buffer.Get("get").As<Napi::Function>());
  data.memory_grow = Napi::Persistent(prototype.Get("grow").As<Napi::Function>());
  data.uint8_array = Napi::Persistent(global.Get("Uint8Array").As<Napi::Function>());
}

WasmSpan WasmSpan::FromArguments(const Napi::CallbackInfo& info, size_t index) {
  const Napi::Env env = info.Env();
  const AddonData& addon = *env.GetInstanceData<AddonData>();
  const uint64_t offset = IntegerArgument(info, index + 1, kMaxInteger, "offset");
  const uint64_t size = IntegerArgument(info, index + 2, kMaxInteger, "size");
  const Napi::Value buffer = BufferOf(env, addon, info[index]);
  const Bytes all = AllOf(env, addon, buffer);
  if (offset > all.size || size > all.size - offset) ThrowArgument(env, "the range leaves the memory");
  const uintptr_t first = reinterpret_cast<uintptr_t>(all.data) + offset;
  if (first % kPageSize != 0 || size % kPageSize != 0) ThrowArgument(env, "the range is not made of pages");
  // Size 0 deletes a slot, and keeps nothing.
  if (size > 0) CheckStaysThere(env, addon, info[index], buffer);
  WasmSpan span;
  span.memory_ = Napi::Persistent(info[index].As<Napi::Object>());
  span.data_ = all.data + offset;
  span.size_ = size;
  return span;
}
