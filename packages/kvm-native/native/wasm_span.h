#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>

struct AddonData;

// A range of bytes in a WebAssembly.Memory, and a reference that keeps the memory where it is. The memory of WebAssembly
// is the one kind that can be lent to the kernel: it is page-aligned, and unlike an ArrayBuffer it cannot be detached by
// transferring it. Growing one that threads do not share may move it, so one that could grow is refused.
class WasmSpan {
 public:
  WasmSpan() = default;

  // Remembers what tells a real WebAssembly.Memory from something that only looks like one.
  static void Init(Napi::Env env, AddonData& data);

  // Takes the arguments `memory`, `offset` and `size` from `index` on. Throws a TypeError unless the range lies in the
  // memory, begins and ends on a page, and stays where it is.
  static WasmSpan FromArguments(const Napi::CallbackInfo& info, size_t index);

  uint8_t* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  Napi::ObjectReference memory_;
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
};
