using LiteKube.Api.Core.V1;
using LiteKube.Api.Discovery.V1;
using LiteKube.Client;
using LiteKube.Network.Cni;
using LiteKube.Network.Conntrack;
using LiteKube.Network.Filter;
using LiteKube.Network.Filter.Iptables;
using LiteKube.Network.Netlink;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.Network.Proxy;

/// <summary>
/// Keeps the packet rules equal to Services, EndpointSlices and the pods' host ports. Rules stay when LiteKube stops, and a start leaves them in force
/// until the whole new set is known, then replaces them in one transaction.
/// </summary>
internal sealed partial class ServiceProxyService(
    NetworkOptions options, PodNetwork pods, RuleSignal rules, IHostNamespace host, KernelSettings kernel, IToolRunner tools, InformerFactory informers, TimeProvider time, ILogger<ServiceProxyService> logger) : BackgroundService
{
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_lastRetry = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_settle = TimeSpan.FromMilliseconds(500);

    private readonly RouteBuilder _builder = new(options.NodeName, options.DnsAddress);
    private readonly ForwardAccept _forward = new(options, tools, logger);
    private PacketRules _applied = PacketRules.Empty;
    private IPacketFilter? _filter;
    private bool _rulesGone;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var services = informers.Of<Service>();
        var slices = informers.Of<EndpointSlice>();
        using var serviceSubscription = services.Subscribe((_, _) => rules.Changed.Set());
        using var sliceSubscription = slices.Subscribe((_, _) => rules.Changed.Set());
        var guard = Task.CompletedTask;
        try
        {
            await RetryAsync(PrepareAsync, stoppingToken, pods.ReportFilter).ConfigureAwait(false);
            pods.ReportFilter(null);
            await Task.WhenAll(services.HasSynced, slices.HasSynced).WaitAsync(stoppingToken).ConfigureAwait(false);
            rules.Changed.Set();
            guard = GuardAsync(stoppingToken);
            while (true)
            {
                await rules.Changed.WaitAsync(stoppingToken).ConfigureAwait(false);
                await RetryAsync(cancellationToken => ApplyAsync(services, slices, cancellationToken), stoppingToken).ConfigureAwait(false);
                await Task.Delay(options.MinimumRuleInterval, time, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The rules stay.
            await guard.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Firewalls that reload flush what is not theirs; LiteKube's rules then come back by themselves.</summary>
    private async Task GuardAsync(CancellationToken cancellationToken)
    {
        using var events = host.Run(RuleEvents.Subscribe);
        await foreach (var _ in events.ReadAsync(RuleEvents.MayConcern(options.TableName), cancellationToken).ConfigureAwait(false))
        {
            await Task.Delay(s_settle, time, cancellationToken).ConfigureAwait(false);
            if (!await _filter!.IsInForceAsync(cancellationToken).ConfigureAwait(false))
            {
                LogRulesGone(_filter.Name);
                Volatile.Write(ref _rulesGone, true);
                rules.Changed.Set();
            }

            if (!await _forward.IsInForceAsync(cancellationToken).ConfigureAwait(false))
                await _forward.EnsureAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>On a fresh machine pods get their way out at once; rules of an earlier run serve until everything is known.</summary>
    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        _filter ??= await new PacketFilterChoice(options, tools, logger).ChooseAsync(cancellationToken).ConfigureAwait(false);
        if (!await _filter.IsInForceAsync(cancellationToken).ConfigureAwait(false))
            await _filter.ApplyAsync(PacketRules.Empty, cancellationToken).ConfigureAwait(false);
        // Only now: the guard of the loopback is among the rules.
        kernel.OpenLoopback();
        await _forward.EnsureAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task ApplyAsync(Informer<Service> services, Informer<EndpointSlice> slices, CancellationToken cancellationToken)
    {
        var wanted = new PacketRules(_builder.Build(services.List(), slices.List()), PacketRules.HostPortsOf(pods.Pods));
        if (Interlocked.Exchange(ref _rulesGone, false))
            _filter!.Forget();
        await _filter!.ApplyAsync(wanted, cancellationToken).ConfigureAwait(false);
        var stale = StaleFlows.Between(_applied, wanted);
        _applied = wanted;
        if (stale.IsEmpty)
            return;
        using var conntrack = host.Run(static () => new ConntrackNetlink());
        if (conntrack.Delete(stale) is > 0 and var count)
            LogFlows(count);
    }

    private async Task RetryAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken, Action<string>? report = null)
    {
        for (var delay = s_firstRetry; ; delay = delay * 2 < s_lastRetry ? delay * 2 : s_lastRetry)
        {
            try
            {
                await work(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (IOException e)
            {
                LogFailed(e.Message, delay.TotalSeconds);
                report?.Invoke(e.Message);
            }

            // A change may be what helps.
            await rules.Changed.WaitAsync(delay, time, cancellationToken).ConfigureAwait(false);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Service rules are not up to date: {Problem}. Trying again in {Delay} s")]
    private partial void LogFailed(string problem, double delay);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Another program removed the {Filter} rules; restoring them")]
    private partial void LogRulesGone(string filter);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Ended {Count} UDP conversations with endpoints that are gone")]
    private partial void LogFlows(int count);
}
