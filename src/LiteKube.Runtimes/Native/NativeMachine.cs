using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Engine;
using LiteKube.Runtimes.Native.Kernel;
using LiteKube.Runtimes.Native.State;

namespace LiteKube.Runtimes.Native;

/// <summary>What sandboxes and containers are made with on this machine. The programs may be missing: what is there can be removed without them.</summary>
internal sealed class NativeMachine : IDisposable
{
    private readonly NativeRuntimeOptions _options;
    private EngineClient? _engine;
    private MonitorLauncher? _monitors;

    public NativeMachine(NativeRuntimeOptions options, TimeProvider time)
    {
        _options = options;
        Time = time;
        Layout = new RuntimeLayout(options);
        Cgroups = new CgroupTree(CgroupHierarchy.Read());
    }

    public NativeRuntimeOptions Options => _options;

    public TimeProvider Time { get; }

    public RuntimeLayout Layout { get; }

    public CgroupTree Cgroups { get; }

    public Readiness Readiness { get; } = new();

    public OomScore OomScore { get; } = OomScore.Detect();

    public RuntimeEvents Events { get; } = new();

    public string Boot { get; } = BootId.Read();

    /// <exception cref="RuntimeException">Unavailable, with the remedy.</exception>
    public EngineClient Engine => _engine ??= new EngineClient(EngineChoice.Find(_options.Engine, Cgroups.Hierarchy, Layout.Programs), Layout.EngineState, Readiness);

    /// <exception cref="RuntimeException">Unavailable, with the remedy.</exception>
    public MonitorLauncher Monitors => _monitors ??= new MonitorLauncher(EngineChoice.FindMonitor(_options.Monitor), Engine, Layout, Readiness);

    public void Publish(RuntimeEventType type, PodIdentity pod, string id) => Events.Publish(new RuntimeEvent(type, pod, id, Time.GetUtcNow()));

    public void Dispose()
    {
        Events.Close();
        _engine?.Dispose();
        Readiness.Dispose();
    }
}
