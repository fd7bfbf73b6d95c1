#include <linux/kvm.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "arguments.h"
#include "errors.h"
#include "ioctl_table.h"

namespace {

// Newer than some kernel headers that this is built with.
constexpr unsigned long kCapXsave2 = 208;
constexpr size_t kSmallestXsave = 4096;
// More than any structure with entries needs.
constexpr size_t kMostBytes = 1 << 20;

[[noreturn]] void ThrowSize(Napi::Env env, const IoctlRow& row, const std::string& wanted) {
  ThrowArgument(env, (std::string(row.name) + " takes a Uint8Array of " + wanted).c_str());
}

// The largest count that is right for so many bytes: of entries, and of the bytes themselves for a nested state.
uint32_t Most(Napi::Env env, const IoctlRow& row, size_t size) {
  const bool entries = row.kind != ArgumentKind::kNested;
  if (size < row.size || size > kMostBytes || (entries && (size - row.size) % row.entry_size != 0)) {
    const std::string more = entries ? "any number of entries of " + std::to_string(row.entry_size) : "data";
    ThrowSize(env, row, std::to_string(row.size) + " bytes and " + more);
  }
  return static_cast<uint32_t>(entries ? (size - row.size) / row.entry_size : size);
}

int Ioctl(Napi::Env env, const Fd& fd, const IoctlRow& row, void* argument) {
  const int result = fd.Ioctl(row.request, argument);
  if (result == -1) ThrowErrno(env, row.name, errno);
  return result;
}

// The kernel looks at the count itself, after it was checked here. In memory that threads share it might be another one by
// then, so the kernel gets a copy.
int CallWithCopy(Napi::Env env, const Fd& fd, const IoctlRow& row, const Bytes& bytes) {
  const uint32_t most = Most(env, row, bytes.size);
  std::vector<uint8_t> copy(bytes.data, bytes.data + bytes.size);
  uint8_t* const count = copy.data() + row.count_offset;
  if (row.kind == ArgumentKind::kEntries) {
    uint32_t said;
    std::memcpy(&said, count, sizeof(said));
    if (said > most) ThrowArgument(env, (std::string(row.name) + ": there are fewer entries than it says").c_str());
  } else {
    // The whole header, because some counts have 64 bits.
    if (row.kind == ArgumentKind::kRoom) std::memset(copy.data(), 0, row.size);
    std::memcpy(count, &most, sizeof(most));
  }
  const int result = fd.Ioctl(row.request, copy.data());
  const int error = errno;
  // Also after E2BIG: the count is then what it would take.
  std::memcpy(bytes.data, copy.data(), bytes.size);
  if (result < 0) ThrowErrno(env, row.name, error);
  return result;
}

int CallXsave(Napi::Env env, const Fd& fd, const Fd& vm, const IoctlRow& row, const Bytes& bytes) {
  // The kernel reads and writes as many bytes as the VM's capability says, whatever is passed; KVM_GET_XSAVE always 4096.
  const int said = vm.Ioctl(KVM_CHECK_EXTENSION, kCapXsave2);
  if (said < 0) ThrowErrno(env, row.name, errno);
  const bool old = _IOC_NR(row.request) == _IOC_NR(_IOR(KVMIO, 0xa4, int));
  const size_t size = old ? kSmallestXsave : std::max(kSmallestXsave, static_cast<size_t>(said));
  if (bytes.size != size) ThrowSize(env, row, std::to_string(size) + " bytes");
  return Ioctl(env, fd, row, bytes.data);
}

}  // namespace

Napi::Value CallRow(const Napi::CallbackInfo& info, const Fd& fd, const Fd& vm) {
  const Napi::Env env = info.Env();
  const IoctlRow& row = *static_cast<const IoctlRow*>(info.Data());
  int result = 0;
  switch (row.kind) {
    case ArgumentKind::kNone:
      result = Ioctl(env, fd, row, nullptr);
      break;
    case ArgumentKind::kInteger: {
      const uint64_t value = IntegerArgument(info, 0, row.max, row.name);
      result = Ioctl(env, fd, row, reinterpret_cast<void*>(value));
      break;
    }
    case ArgumentKind::kStruct: {
      const Bytes bytes = BytesArgument(info, 0, row.name);
      if (bytes.size != row.size) ThrowSize(env, row, std::to_string(row.size) + " bytes");
      result = Ioctl(env, fd, row, bytes.data);
      break;
    }
    case ArgumentKind::kEntries:
    case ArgumentKind::kRoom:
    case ArgumentKind::kNested:
      result = CallWithCopy(env, fd, row, BytesArgument(info, 0, row.name));
      break;
    case ArgumentKind::kXsave:
      result = CallXsave(env, fd, vm, row, BytesArgument(info, 0, row.name));
      break;
  }
  return Napi::Number::New(env, result);
}
