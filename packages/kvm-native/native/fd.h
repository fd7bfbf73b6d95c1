#pragma once

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

// A file descriptor that is closed once, at the latest when its owner goes.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      Close();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { Close(); }

  // -1 once closed, which the kernel answers with EBADF.
  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  // Begins anew when a signal came in between. Only -1 is an error: some ioctls return numbers of the user's, of which any
  // may look negative. Not for KVM_RUN, which signals are meant to end.
  template <typename Argument>
  int Ioctl(unsigned long request, Argument argument) const {
    int result;
    do result = ::ioctl(fd_, request, argument);
    while (result == -1 && errno == EINTR);
    return result;
  }
  void Close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};
