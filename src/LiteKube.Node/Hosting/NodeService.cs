using System.Net.NetworkInformation;
using LiteKube.Api.Core.V1;
using LiteKube.Client;
using LiteKube.Node.Env;
using LiteKube.Node.Images;
using LiteKube.Node.Network;
using LiteKube.Node.PodFiles;
using LiteKube.Node.Pods;
using LiteKube.Node.Registration;
using LiteKube.Node.Runtime;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.Node.Hosting;

/// <summary>
/// The node, from start to stop: it registers while it looks for what the engine still runs; takes up the pods that the API binds here; then removes
/// what belongs to none of them. Stopping it leaves the pods as they are.
/// </summary>
internal sealed partial class NodeService(
    NodeOptions options, InformerFactory informers, NodeFacts facts, NodeRegistrar registrar, NodeLease lease, EngineWatcher engine, PodWorkers pods, PodObjects objects,
    ImageCollector images, IPodNetwork network, ClockWatch clock, TimeProvider time, ILogger<NodeService> logger) : IHostedService, IAsyncDisposable
{
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly List<IDisposable> _subscriptions = [];
    private Task _running = Task.CompletedTask;
    private bool _isDisposed;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        PodPaths.Prepare(options.RootDirectory);
        facts.RefreshAddress();
        _running = Task.Run(() => RunAsync(_stopping.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        NetworkChange.NetworkAddressChanged -= AddressChanged;
        foreach (var subscription in _subscriptions)
            subscription.Dispose();
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await pods.DisposeAsync().ConfigureAwait(false);
        await objects.DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        // Registered under two names, so the container disposes of it twice.
        if (Interlocked.Exchange(ref _isDisposed, true))
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        objects.Changed = pods.ObjectsChanged;
        NetworkChange.NetworkAddressChanged += AddressChanged;
        var nodes = informers.Of<ApiNode>(InformerFilter.Named(null, options.NodeName));
        _subscriptions.Add(nodes.Subscribe((_, current) => registrar.Observe(current)));
        var registering = registrar.RunAsync(cancellationToken);
        var leasing = LeaseAsync(cancellationToken);
        try
        {
            await TakeUpPodsAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped before the pods were known: nothing was touched.
        }
        catch (Exception e)
        {
            LogFailed(e);
            throw;
        }

        await Task.WhenAll(registering, leasing, engine.RunAsync(cancellationToken), images.RunAsync(cancellationToken), clock.RunAsync(ClockSet, cancellationToken)).ConfigureAwait(false);
    }

    private async Task LeaseAsync(CancellationToken cancellationToken)
    {
        // The lease belongs to the node's object, so that comes first.
        await registrar.Registered.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!cancellationToken.IsCancellationRequested)
            await lease.RunAsync(registrar.Wake, cancellationToken).ConfigureAwait(false);
    }

    private async Task TakeUpPodsAsync(CancellationToken cancellationToken)
    {
        var bound = informers.Of<Pod>(InformerFilter.OnNode(options.NodeName));
        var found = await engine.FirstListAsync(cancellationToken).ConfigureAwait(false);
        pods.Adopt(found);
        await KeepNetworksAsync(found, cancellationToken).ConfigureAwait(false);
        await bound.HasSynced.WaitAsync(cancellationToken).ConfigureAwait(false);
        await registrar.Registered.WaitAsync(cancellationToken).ConfigureAwait(false);
        _subscriptions.Add(bound.Subscribe(pods.Handle));
        LogTakenUp(bound.Count, found.Count);
        _ = pods.RemoveOrphansAsync(cancellationToken);
    }

    private async Task KeepNetworksAsync(IReadOnlyDictionary<string, PodEngineState> found, CancellationToken cancellationToken)
    {
        var sandboxes = found.Values.SelectMany(s => s.Sandboxes).Where(s => s.Ready).Select(s => s.Id).ToList();
        while (true)
        {
            try
            {
                await network.KeepOnlyAsync(sandboxes, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // The network is a plugin: whatever it throws, it is not ready yet.
                LogNetwork(e.Message);
                await Task.Delay(s_retry, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private void ClockSet()
    {
        registrar.Wake();
        pods.WakeAll();
    }

    private void AddressChanged(object? sender, EventArgs args)
    {
        if (!facts.RefreshAddress())
            return;
        LogAddress(facts.HostIPs[0]);
        registrar.Wake();
        pods.WakeAll();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Pods} pods are bound to this node; the engine has something of {Found}")]
    private partial void LogTakenUp(int pods, int found);

    [LoggerMessage(Level = LogLevel.Warning, Message = "pod network not ready: {Error}")]
    private partial void LogNetwork(string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "the node's address is now {Address}")]
    private partial void LogAddress(string address);

    [LoggerMessage(Level = LogLevel.Error, Message = "the node cannot take up its pods")]
    private partial void LogFailed(Exception exception);
}
