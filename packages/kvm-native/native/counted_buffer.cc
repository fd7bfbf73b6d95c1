#include "counted_buffer.h"

#include <cstring>
#include <string>

#include "arguments.h"
#include "errors.h"

namespace {

Bytes CountedBytes(const Napi::CallbackInfo& info, size_t index, const char* what, size_t entry_size) {
  const Bytes bytes = BytesArgument(info, index, what);
  if (bytes.size < sizeof(CountHeader) || (bytes.size - sizeof(CountHeader)) % entry_size != 0) {
    const std::string message = std::string(what) + " must have the size of a struct kvm_" + what;
    ThrowArgument(info.Env(), message.c_str());
  }
  return bytes;
}

uint32_t Room(const Bytes& bytes, size_t entry_size) {
  return static_cast<uint32_t>((bytes.size - sizeof(CountHeader)) / entry_size);
}

}  // namespace

uint8_t* CountedBufferToFill(const Napi::CallbackInfo& info, size_t index, const char* what, size_t entry_size) {
  const Bytes bytes = CountedBytes(info, index, what, entry_size);
  const CountHeader header{Room(bytes, entry_size), 0};
  std::memcpy(bytes.data, &header, sizeof(header));
  return bytes.data;
}

uint8_t* CountedBufferToRead(const Napi::CallbackInfo& info, size_t index, const char* what, size_t entry_size) {
  const Bytes bytes = CountedBytes(info, index, what, entry_size);
  CountHeader header;
  std::memcpy(&header, bytes.data, sizeof(header));
  if (header.count > Room(bytes, entry_size)) {
    ThrowArgument(info.Env(), (std::string(what) + " has fewer entries than it says").c_str());
  }
  return bytes.data;
}
