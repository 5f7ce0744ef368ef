using LiteKube.Api.Core.V1;
using Microsoft.Extensions.Logging;

namespace LiteKube.Node.Probes;

/// <summary>The probes of one running instance of a container. Liveness and readiness begin when startup has succeeded.</summary>
internal sealed partial class ContainerProbes : IDisposable
{
    private readonly IProber _prober;
    private readonly Func<string> _address;
    private readonly Container _container;
    private readonly EngineContainer _instance;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action _wake;
    private readonly Action<Container, ProbeKind, ProbeOutcome> _failed;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _stoppingRestarts;
    private readonly ProbeState? _startup;
    private readonly ProbeState? _liveness;
    private readonly ProbeState? _readiness;

    public ContainerProbes(IProber prober, Func<string> address, Container container, EngineContainer instance, ApiContainerStatus? before, TimeProvider time, ILogger logger, Action wake, Action<Container, ProbeKind, ProbeOutcome> failed)
    {
        _prober = prober;
        _address = address;
        _container = container;
        _instance = instance;
        _time = time;
        _logger = logger;
        _wake = wake;
        _failed = failed;
        _stoppingRestarts = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        _startup = container.StartupProbe is { } startup ? new ProbeState(ProbeKind.Startup, startup, before?.Started) : null;
        _liveness = container.LivenessProbe is { } liveness ? new ProbeState(ProbeKind.Liveness, liveness, null) : null;
        _readiness = container.ReadinessProbe is { } readiness ? new ProbeState(ProbeKind.Readiness, readiness, before?.Ready) : null;
    }

    public bool IsStarted => _startup?.IsGood ?? true;

    public bool IsReady => IsStarted && (_readiness?.IsGood ?? true);

    public ProbeKind? Failed => _startup is { HasFailed: true } ? ProbeKind.Startup : _liveness is { HasFailed: true } ? ProbeKind.Liveness : null;

    public void Start(bool terminating)
    {
        if (terminating)
            _stoppingRestarts.Cancel();
        if (_startup is { IsGood: false })
            _ = RunAsync(ProbeKind.Startup, _container.StartupProbe!, _startup, _stoppingRestarts.Token);
        else
            StartRest();
    }

    public void StopLivenessAndStartup() => _stoppingRestarts.Cancel();

    public void Dispose()
    {
        // The running loops hold tokens only; they end by themselves.
        _stopping.Cancel();
        _stoppingRestarts.Dispose();
        _stopping.Dispose();
    }

    private void StartRest()
    {
        if (_liveness is not null)
            _ = RunAsync(ProbeKind.Liveness, _container.LivenessProbe!, _liveness, _stoppingRestarts.Token);
        if (_readiness is not null)
            _ = RunAsync(ProbeKind.Readiness, _container.ReadinessProbe!, _readiness, _stopping.Token);
    }

    private async Task RunAsync(ProbeKind kind, Probe probe, ProbeState state, CancellationToken cancellationToken)
    {
        try
        {
            // The delay counts from the start of the container, not from that of this loop.
            var delay = TimeSpan.FromSeconds(probe.InitialDelaySeconds ?? 0);
            var first = (_instance.StartedAt ?? _time.GetUtcNow()) + delay - _time.GetUtcNow();
            if (first > TimeSpan.Zero)
                await Task.Delay(first < delay ? first : delay, _time, cancellationToken).ConfigureAwait(false);
            var period = TimeSpan.FromSeconds(Math.Max(1, probe.PeriodSeconds ?? 10));
            while (true)
            {
                var begun = _time.GetTimestamp();
                var outcome = await _prober.ProbeAsync(probe, new ProbeTarget(_address(), _container), _instance.Id, cancellationToken).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                if (outcome.Verdict != ProbeVerdict.Success)
                    _failed(_container, kind, outcome);
                if (state.Record(outcome.Verdict))
                {
                    LogChanged(_container.Name, _instance.Id, kind, state.IsGood);
                    _wake();
                }

                // A container that failed for good is about to be stopped; one that has started needs the question no more.
                if (kind != ProbeKind.Readiness && state.HasFailed)
                    return;
                if (kind == ProbeKind.Startup && state.IsGood)
                {
                    StartRest();
                    return;
                }

                var rest = period - _time.GetElapsedTime(begun);
                if (rest > TimeSpan.Zero)
                    await Task.Delay(rest, _time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The container has ended, or the node stops.
        }
        catch (ObjectDisposedException)
        {
            // Startup succeeded in the moment in which the container ended.
        }
        catch (Exception e)
        {
            LogBroken(e, _container.Name, kind);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "container {Container} {Id}: {Kind} is now {IsGood}")]
    private partial void LogChanged(string container, string id, ProbeKind kind, bool isGood);

    [LoggerMessage(Level = LogLevel.Error, Message = "container {Container}: {Kind} probing ended")]
    private partial void LogBroken(Exception exception, string container, ProbeKind kind);
}
