// What the benchmark compares the library with: the exit loop that a C program would have, in the same process. It makes
// a VM of its own, with a few pages of memory, adds up what the guest writes, and keeps a block of string I/O. Built for the
// benchmark, never published.

#include <fcntl.h>
#include <linux/kvm.h>
#include <napi.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace {

int Check(int result, const char* what) {
  if (result < 0) throw std::runtime_error(what);
  return result;
}

class Guest {
 public:
  Guest(const uint8_t* code, size_t size, uint16_t data_segment) {
    if (size > kMemory) throw std::runtime_error("the code has no room");
    kvm_ = Check(open("/dev/kvm", O_RDWR | O_CLOEXEC), "open /dev/kvm");
    vm_ = Check(ioctl(kvm_, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
    memory_ = mmap(nullptr, kMemory, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory_ == MAP_FAILED) throw std::runtime_error("mmap");
    std::memcpy(memory_, code, size);
    kvm_userspace_memory_region region{};
    region.memory_size = kMemory;
    region.userspace_addr = reinterpret_cast<uint64_t>(memory_);
    Check(ioctl(vm_, KVM_SET_USER_MEMORY_REGION, &region), "KVM_SET_USER_MEMORY_REGION");
    vcpu_ = Check(ioctl(vm_, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
    run_size_ = Check(ioctl(kvm_, KVM_GET_VCPU_MMAP_SIZE, 0), "KVM_GET_VCPU_MMAP_SIZE");
    void* run = mmap(nullptr, run_size_, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu_, 0);
    if (run == MAP_FAILED) throw std::runtime_error("mmap");
    run_ = static_cast<kvm_run*>(run);

    kvm_sregs sregs{};
    Check(ioctl(vcpu_, KVM_GET_SREGS, &sregs), "KVM_GET_SREGS");
    sregs.cs.base = sregs.cs.selector = 0;
    sregs.ds.selector = data_segment;
    sregs.ds.base = data_segment * 16;
    Check(ioctl(vcpu_, KVM_SET_SREGS, &sregs), "KVM_SET_SREGS");
    kvm_regs regs{};
    regs.rflags = 2;
    Check(ioctl(vcpu_, KVM_SET_REGS, &regs), "KVM_SET_REGS");
  }

  ~Guest() {
    if (run_ != nullptr) munmap(run_, run_size_);
    if (memory_ != nullptr && memory_ != MAP_FAILED) munmap(memory_, kMemory);
    close(vcpu_);
    close(vm_);
    close(kvm_);
  }

  // Nanoseconds for so many exits.
  double Run(uint32_t exits) {
    const double start = Now();
    for (uint32_t i = 0; i < exits;) {
      if (ioctl(vcpu_, KVM_RUN, 0) < 0) {
        if (errno == EINTR) continue;
        throw std::runtime_error("KVM_RUN");
      }
      switch (run_->exit_reason) {
        case KVM_EXIT_IO:
          Io();
          i++;
          break;
        case KVM_EXIT_MMIO:
          sum_ += run_->mmio.data[0];
          i++;
          break;
        default:
          throw std::runtime_error("an exit that the benchmark does not expect");
      }
    }
    return Now() - start;
  }

 private:
  static constexpr size_t kMemory = 0x4000;
  static constexpr size_t kBlock = 0x1000;

  // What a device does: a byte counts, a block is kept, or given.
  void Io() {
    uint8_t* data = reinterpret_cast<uint8_t*>(run_) + run_->io.data_offset;
    const size_t bytes = std::min(kBlock, size_t{run_->io.size} * run_->io.count);
    if (run_->io.direction == KVM_EXIT_IO_IN) {
      std::memcpy(data, block_, bytes);
    } else if (run_->io.count == 1) {
      sum_ += *data;
    } else {
      std::memcpy(block_, data, bytes);
    }
  }

  static double Now() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e9 + now.tv_nsec;
  }

  int kvm_ = -1;
  int vm_ = -1;
  int vcpu_ = -1;
  void* memory_ = nullptr;
  size_t run_size_ = 0;
  kvm_run* run_ = nullptr;
  volatile uint64_t sum_ = 0;
  uint8_t block_[kBlock] = {};
};

// new CLoop(code, dataSegment); run(exits) -> nanoseconds
class CLoop : public Napi::ObjectWrap<CLoop> {
 public:
  static Napi::Object Init(Napi::Env env, Napi::Object exports) {
    exports.Set("CLoop", DefineClass(env, "CLoop", {InstanceMethod<&CLoop::Run>("run")}));
    return exports;
  }

  explicit CLoop(const Napi::CallbackInfo& info) : Napi::ObjectWrap<CLoop>(info) {
    const auto code = info[0].As<Napi::Uint8Array>();
    const uint32_t segment = info[1].As<Napi::Number>().Uint32Value();
    try {
      guest_ = std::make_unique<Guest>(code.Data(), code.ByteLength(), static_cast<uint16_t>(segment));
    } catch (const std::runtime_error& error) {
      throw Napi::Error::New(info.Env(), error.what());
    }
  }

 private:
  Napi::Value Run(const Napi::CallbackInfo& info) {
    try {
      return Napi::Number::New(info.Env(), guest_->Run(info[0].As<Napi::Number>().Uint32Value()));
    } catch (const std::runtime_error& error) {
      throw Napi::Error::New(info.Env(), error.what());
    }
  }

  std::unique_ptr<Guest> guest_;
};

Napi::Object Init(Napi::Env env, Napi::Object exports) { return CLoop::Init(env, exports); }

}  // namespace

NODE_API_MODULE(c_loop, Init)
