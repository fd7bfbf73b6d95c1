// What glibc 2.28, which is what Node itself needs, and musl both have, as far as the addon and the C++ runtime in it may use
// it: function by the library that glibc 2.28 has it in, and the version of it there. musl has no versions, and takes the names of
// these libraries for its own. Left out although both have them: what differs in its structures or in what it returns
// (stat, strerror_r, setjmp, locales, directory entries).

/** @type {Record<string, Record<string, string>>} library: version: symbols */
export const LIBC_SYMBOLS = {
  'libc.so.6': {
    'GLIBC_2.2.5': `
      __cxa_atexit __cxa_finalize __errno_location __libc_current_sigrtmax __libc_current_sigrtmin
      abort calloc free malloc realloc posix_memalign getenv strtol strtoul strtoull
      memchr memcmp memmove memset strchr strcmp strcpy strlen strncmp strncpy strrchr strstr strerror
      fputc fputs fwrite fflush snprintf vsnprintf sprintf fprintf stderr gettext
      access close dup dup2 fcntl ioctl lseek open poll pread pwrite read readv unlink write writev
      mlock mmap mprotect mremap msync munlock munmap madvise
      getpid gettimeofday nanosleep sched_yield sysconf syscall usleep dl_iterate_phdr
      raise sigaction sigaddset sigdelset sigemptyset sigfillset sigismember sigprocmask sigtimedwait sigwaitinfo
    `,
    'GLIBC_2.3.2': 'epoll_ctl epoll_wait',
    'GLIBC_2.3.4': 'sched_getaffinity sched_setaffinity',
    'GLIBC_2.4': '__stack_chk_fail openat',
    'GLIBC_2.6': 'epoll_pwait sched_getcpu',
    'GLIBC_2.7': 'eventfd eventfd_read eventfd_write',
    'GLIBC_2.8': 'timerfd_create timerfd_gettime timerfd_settime',
    'GLIBC_2.9': 'epoll_create1 dup3 pipe2',
    'GLIBC_2.14': 'memcpy',
    'GLIBC_2.16': 'aligned_alloc',
    'GLIBC_2.17': 'clock_getres clock_gettime clock_nanosleep secure_getenv',
    'GLIBC_2.27': 'memfd_create',
  },
  'libpthread.so.0': {
    'GLIBC_2.2.5': `
      pthread_create pthread_detach pthread_join pthread_kill pthread_once pthread_self pthread_sigmask
      pthread_attr_destroy pthread_attr_init pthread_attr_setdetachstate pthread_attr_setstacksize
      pthread_getspecific pthread_key_create pthread_key_delete pthread_setspecific
      pthread_mutex_destroy pthread_mutex_init pthread_mutex_lock pthread_mutex_trylock pthread_mutex_unlock
      pthread_rwlock_rdlock pthread_rwlock_unlock pthread_rwlock_wrlock
      sem_destroy sem_init sem_post sem_timedwait sem_trywait sem_wait
    `,
    'GLIBC_2.3.2': `
      pthread_cond_broadcast pthread_cond_destroy pthread_cond_init pthread_cond_signal pthread_cond_timedwait
      pthread_cond_wait
    `,
    'GLIBC_2.3.3': 'pthread_condattr_setclock',
    'GLIBC_2.12': 'pthread_setname_np',
  },
  // GCC needs no function for these, other compilers do.
  'libm.so.6': { 'GLIBC_2.2.5': 'ceil floor round trunc' },
  'librt.so.1': {
    'GLIBC_2.3.3': 'timer_create timer_delete timer_getoverrun timer_gettime timer_settime',
  },
};

/** The weak references with which a compiler's start files ask for what nobody has. */
export const ABSENT = ['_ITM_deregisterTMCloneTable', '_ITM_registerTMCloneTable', '__gmon_start__'];

/** Of the dynamic linker, which has another name in each: without a version, from whatever the process has. */
export const OF_THE_LOADER = ['__tls_get_addr'];

/** @param {string} names @returns {string[]} */
export const words = (names) => names.split(/\s+/).filter(Boolean);
