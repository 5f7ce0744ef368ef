// The first process of every pod sandbox: it holds the pod's namespaces, reaps what is re-parented to it where the pod shares its process
// namespace, and ends at SIGTERM or SIGINT. No libc, so that the image is this one file. Built by build.sh.

#if defined(__x86_64__)
enum { WAIT4 = 61, EXIT_GROUP = 231, RT_SIGPROCMASK = 14, RT_SIGTIMEDWAIT = 128 };

static long call(long n, long a, long b, long c, long d) {
    register long r10 __asm__("r10") = d;
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
    return result;
}
#elif defined(__aarch64__)
enum { WAIT4 = 260, EXIT_GROUP = 94, RT_SIGPROCMASK = 135, RT_SIGTIMEDWAIT = 137 };

static long call(long n, long a, long b, long c, long d) {
    register long x8 __asm__("x8") = n;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
    return x0;
}
#else
#error "no system calls known for this architecture"
#endif

enum { SIG_BLOCK = 0, SIGINT = 2, SIGTERM = 15, SIGCHLD = 17, WNOHANG = 1, ANY_CHILD = -1 };

#define BIT(signal) (1UL << ((signal) - 1))

void _start(void) {
    // Blocked signals stay pending for rt_sigtimedwait, also for process 1, which the kernel otherwise spares signals without a handler.
    const unsigned long signals = BIT(SIGINT) | BIT(SIGTERM) | BIT(SIGCHLD);
    call(RT_SIGPROCMASK, SIG_BLOCK, (long)&signals, 0, sizeof signals);
    for (;;) {
        long signal = call(RT_SIGTIMEDWAIT, (long)&signals, 0, 0, sizeof signals);
        if (signal == SIGINT || signal == SIGTERM)
            call(EXIT_GROUP, 0, 0, 0, 0);
        while (call(WAIT4, ANY_CHILD, 0, WNOHANG, 0) > 0) {
        }
    }
}
