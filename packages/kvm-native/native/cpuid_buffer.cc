#include "cpuid_buffer.h"

#include <cstring>

#include "arguments.h"
#include "errors.h"

namespace {

Bytes CpuidBytes(const Napi::CallbackInfo& info, size_t index) {
  const Bytes bytes = BytesArgument(info, index, "cpuid");
  if (bytes.size < sizeof(CpuidHeader) || (bytes.size - sizeof(CpuidHeader)) % sizeof(kvm_cpuid_entry2) != 0) {
    ThrowArgument(info.Env(), "cpuid must have the size of a struct kvm_cpuid2");
  }
  return bytes;
}

uint32_t Room(const Bytes& bytes) {
  return static_cast<uint32_t>((bytes.size - sizeof(CpuidHeader)) / sizeof(kvm_cpuid_entry2));
}

}  // namespace

uint8_t* CpuidBufferToFill(const Napi::CallbackInfo& info, size_t index) {
  const Bytes bytes = CpuidBytes(info, index);
  const CpuidHeader header{Room(bytes), 0};
  std::memcpy(bytes.data, &header, sizeof(header));
  return bytes.data;
}

uint8_t* CpuidBufferToRead(const Napi::CallbackInfo& info, size_t index) {
  const Bytes bytes = CpuidBytes(info, index);
  CpuidHeader header;
  std::memcpy(&header, bytes.data, sizeof(header));
  if (header.nent > Room(bytes)) ThrowArgument(info.Env(), "cpuid has fewer entries than it says");
  return bytes.data;
}
