// private-mounts MOUNT PROGRAM ARGUMENTS...: runs a program that does not see one of the machine's mounts; all others stay as they are, changes in
// them still pass both ways. For crun versions that refuse a machine with both cgroup hierarchies. No libc, so that it is this one file and starts
// at once. Built by build.sh.

#if defined(__x86_64__)
enum { WRITE = 1, EXECVE = 59, EXIT = 60, MOUNT = 165, UMOUNT2 = 166, UNSHARE = 272 };

static long call(long n, long a, long b, long c, long d, long e) {
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
    return result;
}

__asm__(".globl _start\n_start:\n  mov %rsp, %rdi\n  and $-16, %rsp\n  call begin\n");
#elif defined(__aarch64__)
enum { WRITE = 64, EXECVE = 221, EXIT = 93, MOUNT = 40, UMOUNT2 = 39, UNSHARE = 97 };

static long call(long n, long a, long b, long c, long d, long e) {
    register long x8 __asm__("x8") = n;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
    return x0;
}

__asm__(".globl _start\n_start:\n  mov x0, sp\n  bl begin\n");
#else
#error "no system calls known for this architecture"
#endif

enum { CLONE_NEWNS = 0x20000, MS_PRIVATE = 1 << 18, MNT_DETACH = 2, STDERR = 2, PARENT_MAX = 256 };

static void fail(const char *what) {
    long length = 0;
    while (what[length])
        length++;
    call(WRITE, STDERR, (long)what, length, 0, 0);
    call(EXIT, 125, 0, 0, 0, 0);
}

// Where the mount's parent is a mount that others share, they must not lose it with us: the parent is made private here first.
static void leave(const char *path) {
    char parent[PARENT_MAX];
    long slash = 0, i;
    for (i = 0; path[i] && i < PARENT_MAX - 1; i++) {
        parent[i] = path[i];
        if (path[i] == '/')
            slash = i;
    }
    parent[slash ? slash : 1] = 0;
    if (call(UNSHARE, CLONE_NEWNS, 0, 0, 0, 0) < 0)
        fail("private-mounts: no namespace for mounts\n");
    if (call(MOUNT, 0, (long)parent, 0, MS_PRIVATE, 0) < 0)
        fail("private-mounts: the directory above the mount is not one\n");
    if (call(UMOUNT2, (long)path, MNT_DETACH, 0, 0, 0) < 0)
        fail("private-mounts: cannot unmount\n");
}

__attribute__((used, noreturn)) void begin(long *stack) {
    long count = stack[0];
    char **arguments = (char **)(stack + 1), **environment = arguments + count + 1;
    if (count < 3)
        fail("usage: private-mounts MOUNT PROGRAM ARGUMENTS...\n");
    leave(arguments[1]);
    call(EXECVE, (long)arguments[2], (long)(arguments + 2), (long)environment, 0, 0);
    fail("private-mounts: cannot run the program\n");
    __builtin_unreachable();
}
