using System.Runtime.InteropServices;
using System.Text.Json;

namespace LiteKube.Runtimes.Native.Spec;

/// <summary>
/// RuntimeDefault: system calls that ordinary programs make are allowed, all others answered with EPERM. Those that reach around the container's
/// walls (mounts, namespaces, kernel modules, clocks, others' memory, raw devices, keys, io_uring) are allowed only with the capability that the
/// kernel asks for anyway. Names that an architecture does not know are passed over by the engine.
/// </summary>
internal static class SeccompDefault
{
    private const int PermissionError = 1;
    private const int NotImplementedError = 38;

    /// <summary>Any flag of clone that makes a namespace.</summary>
    private const long NamespaceFlags = 0x7E020000;

    private const int VirtualSockets = 40;

    private static readonly long[] s_personalities = [0x0, 0x8, 0x20000, 0x20008, 0xFFFFFFFF];

    private const string Files = """
        access chmod chown chown32 close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2 fadvise64 fadvise64_64 fallocate fchmod fchmodat
        fchmodat2 fchown fchown32 fchownat fcntl fcntl64 fdatasync fgetxattr flistxattr flock fremovexattr fsetxattr fstat fstat64 fstatat64 fstatfs fstatfs64
        fsync ftruncate ftruncate64 futimesat getcwd getdents getdents64 getxattr getxattrat ioctl lchown lchown32 lgetxattr link linkat listxattr listxattrat
        llistxattr _llseek lremovexattr lseek lsetxattr lstat lstat64 mkdir mkdirat mknod mknodat name_to_handle_at newfstatat open openat openat2 pread64 preadv
        preadv2 pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv removexattr removexattrat rename renameat renameat2 rmdir sendfile
        sendfile64 setxattr setxattrat splice stat stat64 statfs statfs64 statx symlink symlinkat sync sync_file_range sync_file_range2 syncfs tee truncate
        truncate64 umask unlink unlinkat utime utimensat utimensat_time64 utimes vmsplice write writev chdir fchdir inotify_add_watch inotify_init
        inotify_init1 inotify_rm_watch fanotify_mark cachestat
        """;

    private const string Memory = """
        brk madvise memfd_create memfd_secret mincore mlock mlock2 mlockall mmap mmap2 mprotect mremap mseal msync munlock munlockall munmap pkey_alloc
        pkey_free pkey_mprotect remap_file_pages membarrier map_shadow_stack
        """;

    private const string Processes = """
        alarm capget capset execve execveat exit exit_group fork futex futex_requeue futex_time64 futex_wait futex_waitv futex_wake getegid getegid32
        geteuid geteuid32 getgid getgid32 getgroups getgroups32 getpgid getpgrp getpid getppid getpriority getresgid getresgid32 getresuid getresuid32
        getrlimit get_robust_list getrusage getsid get_thread_area gettid getuid getuid32 ioprio_get ioprio_set kill landlock_add_rule
        landlock_create_ruleset landlock_restrict_self nice pause pidfd_open pidfd_send_signal prctl prlimit64 process_mrelease ptrace restart_syscall rseq
        rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo
        sched_getaffinity sched_getattr sched_getparam sched_get_priority_max sched_get_priority_min sched_getscheduler sched_rr_get_interval
        sched_rr_get_interval_time64 sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield seccomp setfsgid setfsgid32 setfsuid
        setfsuid32 setgid setgid32 setgroups setgroups32 setpgid setpriority setregid setregid32 setresgid setresgid32 setresuid setresuid32 setreuid
        setreuid32 setrlimit set_robust_list setsid set_thread_area set_tid_address setuid setuid32 sigaltstack signal sigaction sigpending sigprocmask
        sigreturn sigsuspend sgetmask ssetmask tgkill tkill ugetrlimit uname vfork wait4 waitid waitpid arch_prctl modify_ldt arm_fadvise64_64
        arm_sync_file_range breakpoint cacheflush set_tls getcpu sysinfo times uretprobe
        """;

    private const string Communication = """
        accept accept4 bind connect getpeername getsockname getsockopt listen recv recvfrom recvmmsg recvmmsg_time64 recvmsg send sendmmsg sendmsg sendto
        setsockopt shutdown socketcall socketpair ipc mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend
        mq_timedsend_time64 mq_unlink msgctl msgget msgrcv msgsnd pipe pipe2 semctl semget semop semtimedop semtimedop_time64 shmat shmctl shmdt shmget
        """;

    private const string Waiting = """
        clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep clock_nanosleep_time64 adjtimex
        epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2 getitimer gettimeofday
        io_cancel io_destroy io_getevents io_pgetevents io_pgetevents_time64 io_setup io_submit nanosleep _newselect poll ppoll ppoll_time64 pselect6
        pselect6_time64 select setitimer signalfd signalfd4 time timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime
        timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64 getrandom
        """;

    private static readonly (string Capability, string Calls)[] s_withCapability =
    [
        ("CAP_SYS_ADMIN", "bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie mount mount_setattr move_mount open_tree perf_event_open quotactl quotactl_fd setdomainname sethostname setns syslog umount umount2 unshare pivot_root swapon swapoff listmount statmount"),
        ("CAP_SYS_CHROOT", "chroot"),
        ("CAP_SYS_PTRACE", "kcmp pidfd_getfd process_madvise process_vm_readv process_vm_writev"),
        ("CAP_SYS_NICE", "get_mempolicy mbind migrate_pages move_pages set_mempolicy set_mempolicy_home_node"),
        ("CAP_SYS_MODULE", "delete_module finit_module init_module"),
        ("CAP_SYS_TIME", "clock_settime clock_settime64 settimeofday stime"),
        ("CAP_SYS_RAWIO", "ioperm iopl"),
        ("CAP_SYS_BOOT", "kexec_file_load kexec_load reboot"),
        ("CAP_SYS_PACCT", "acct"),
        ("CAP_SYS_TTY_CONFIG", "vhangup"),
        ("CAP_SYSLOG", "syslog"),
        ("CAP_BPF", "bpf"),
        ("CAP_PERFMON", "perf_event_open"),
        ("CAP_DAC_READ_SEARCH", "open_by_handle_at"),
    ];

    public static void Write(Utf8JsonWriter json, IReadOnlyList<string> capabilities)
    {
        json.WriteStartObject();
        json.WriteString("defaultAction"u8, "SCMP_ACT_ERRNO"u8);
        json.WriteNumber("defaultErrnoRet"u8, PermissionError);
        json.WriteStartArray("architectures"u8);
        foreach (var architecture in Architectures)
            json.WriteStringValue(architecture);
        json.WriteEndArray();
        json.WriteStartArray("syscalls"u8);
        foreach (var group in (string[])[Files, Memory, Processes, Communication, Waiting])
            Allow(json, Split(group));
        foreach (var (capability, calls) in s_withCapability)
        {
            if (capabilities.Contains(capability))
                Allow(json, Split(calls));
        }

        AllowWhere(json, "socket", 0, VirtualSockets, null, "SCMP_CMP_NE");
        foreach (var personality in s_personalities)
            AllowWhere(json, "personality", 0, personality, null, "SCMP_CMP_EQ");
        if (!capabilities.Contains("CAP_SYS_ADMIN"))
        {
            AllowWhere(json, "clone", 0, NamespaceFlags, 0, "SCMP_CMP_MASKED_EQ");

            // Its flags lie in memory where no filter sees them; told that there is no such call, C libraries use clone.
            json.WriteStartObject();
            WriteNames(json, ["clone3"]);
            json.WriteString("action"u8, "SCMP_ACT_ERRNO"u8);
            json.WriteNumber("errnoRet"u8, NotImplementedError);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>This machine's, and the older ones whose programs it runs too.</summary>
    internal static IReadOnlyList<string> Architectures => RuntimeInformation.ProcessArchitecture == Architecture.Arm64
        ? ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"] : ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"];

    private static string[] Split(string names) => names.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static void Allow(Utf8JsonWriter json, string[] names)
    {
        json.WriteStartObject();
        WriteNames(json, names);
        json.WriteString("action"u8, "SCMP_ACT_ALLOW"u8);
        json.WriteEndObject();
    }

    private static void AllowWhere(Utf8JsonWriter json, string name, int argument, long value, long? valueTwo, string comparison)
    {
        json.WriteStartObject();
        WriteNames(json, [name]);
        json.WriteString("action"u8, "SCMP_ACT_ALLOW"u8);
        json.WriteStartArray("args"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, argument);
        json.WriteNumber("value"u8, value);
        if (valueTwo is { } two)
            json.WriteNumber("valueTwo"u8, two);
        json.WriteString("op"u8, comparison);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter json, string[] names)
    {
        json.WriteStartArray("names"u8);
        foreach (var name in names)
            json.WriteStringValue(name);
        json.WriteEndArray();
    }
}
