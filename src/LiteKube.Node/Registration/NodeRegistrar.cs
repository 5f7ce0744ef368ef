using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Client;
using LiteKube.Node.Network;
using LiteKube.Node.Pods;
using LiteKube.Node.Runtime;
using LiteKube.Node.Status;
using Microsoft.Extensions.Logging;

namespace LiteKube.Node.Registration;

/// <summary>
/// Keeps the node's object: makes it, and writes its status when something but the heartbeat changed, else every few minutes. Woken by engine, network,
/// address and API; at rest in between.
/// </summary>
internal sealed partial class NodeRegistrar : IDisposable
{
    private static readonly TimeSpan s_askNetwork = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_minRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_maxRetry = TimeSpan.FromSeconds(5);

    // A node that was Ready is not called otherwise while this process is still finding its feet: engine and network are asked for the first time.
    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(10);

    private readonly NodeOptions _options;
    private readonly KubeClient _client;
    private readonly NodeFacts _facts;
    private readonly NodeHealth _health;
    private readonly IPodNetwork _network;
    private readonly IContainerRuntime _runtime;
    private readonly IEventRecorder _events;
    private readonly TimeProvider _time;
    private readonly ILogger<NodeRegistrar> _logger;
    private readonly NodeObjectBuilder _builder;
    private readonly PodSignal _signal;
    private readonly TaskCompletionSource _registered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IReadOnlyList<ImageStatus> _images = [];
    private ApiNode? _written;
    private DateTimeOffset? _writtenAt; // by the steady clock, as is when it started
    private TimeSpan _retry = s_minRetry;
    private bool? _wasReady;
    private DateTimeOffset? _startedAt;

    public NodeRegistrar(NodeOptions options, KubeClient client, NodeFacts facts, NodeHealth health, IPodNetwork network, IContainerRuntime runtime, IEventRecorder events, TimeProvider time, ILogger<NodeRegistrar> logger)
    {
        _options = options;
        _client = client;
        _facts = facts;
        _health = health;
        _network = network;
        _runtime = runtime;
        _events = events;
        _time = time;
        _logger = logger;
        _builder = new NodeObjectBuilder(options);
        _signal = new PodSignal(time);
    }

    /// <summary>Done when the node's object is in the API.</summary>
    public Task Registered => _registered.Task;

    public void Wake() => _signal.Set();

    /// <summary>The API tells of the node's object.</summary>
    public void Observe(ApiNode? node)
    {
        _facts.Node = node;
        _signal.Set();
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _health.Changed += _signal.Set;
        _network.ReadinessChanged += _signal.Set;
        try
        {
            _signal.Set();
            while (true)
            {
                await _signal.WaitAsync(cancellationToken).ConfigureAwait(false);
                _signal.SetAt(await TurnAsync(cancellationToken).ConfigureAwait(false));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The node stops; its object stays, and goes NotReady when the lease runs out.
        }
        finally
        {
            _health.Changed -= _signal.Set;
            _network.ReadinessChanged -= _signal.Set;
        }
    }

    public void Dispose() => _signal.Dispose();

    /// <returns>When to look again without being woken.</returns>
    private async ValueTask<DateTimeOffset> TurnAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(cancellationToken).ConfigureAwait(false);
            _retry = s_minRetry;
            var now = _time.GetSteadyNow();
            var next = _network.NotReadyReason is not null ? now + s_askNetwork
                : Problems().Count > 0 && _startedAt + s_settling is { } settled && now < settled ? settled
                : _writtenAt is { } written ? written + _options.StatusInterval : now;
            return _time.GetUtcNow() + (next - now);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException or RuntimeException)
        {
            LogFailed(_options.NodeName, e.Message, _retry.TotalSeconds);
            _written = null;
            var at = _time.GetUtcNow() + _retry;
            _retry = _retry * 2 < s_maxRetry ? _retry * 2 : s_maxRetry;
            return at;
        }
    }

    private async ValueTask WriteAsync(CancellationToken cancellationToken)
    {
        var present = Known() ?? await _client.FindAsync<ApiNode>(null, _options.NodeName, cancellationToken).ConfigureAwait(false);
        var now = _time.GetSteadyNow();
        var isHeartbeatDue = _writtenAt is not { } written || now >= written + _options.StatusInterval;
        if (isHeartbeatDue && _health.RuntimeError is null)
            _images = await _runtime.Images.ListAsync(cancellationToken).ConfigureAwait(false);
        _startedAt ??= now;
        var problems = Problems();
        if (problems.Count > 0 && IsReady(present) && now < _startedAt + s_settling)
        {
            _written = present;
            _registered.TrySetResult();
            return;
        }

        var status = _builder.Status(present?.Status ?? new NodeStatus(), _facts.Resources, _facts.HostIPs, _health.Runtime, problems, NodePressure.Read(_options.RootDirectory), _images, _time.GetUtcNow());
        if (present is null)
        {
            present = await CreateAsync(status, cancellationToken).ConfigureAwait(false);
            LogRegistered(_options.NodeName);
        }

        await KeepLabelsAsync(present, cancellationToken).ConfigureAwait(false);
        if (isHeartbeatDue || IsChanged(present.Status, status))
        {
            if (StatusPatch.Between(present.Status, status, null) is { } patch)
                present = await _client.PatchAsync<ApiNode>(null, _options.NodeName, PatchKind.StrategicMerge, patch, "status", cancellationToken: cancellationToken).ConfigureAwait(false);
            _writtenAt = now;
        }

        _written = present;
        _facts.Node ??= present;
        _registered.TrySetResult();
        TellReady(problems);
    }

    private static bool IsReady(ApiNode? node) => node?.Status.Conditions.Any(c => c is { Type: "Ready", Status: "True" }) == true;

    /// <summary>The newer of what was written and what the watch told; null when neither, or when it was deleted.</summary>
    private ApiNode? Known()
    {
        var told = _facts.Node;
        if (told is null || _written is null)
            return null;
        return Revision(told) > Revision(_written) ? told : _written;
    }

    private static long Revision(ApiNode node) => long.TryParse(node.Metadata.ResourceVersion, out var revision) ? revision : 0;

    private async ValueTask<ApiNode> CreateAsync(NodeStatus status, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.CreateAsync(_builder.New(status), cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException e) when (e.Reason == StatusReason.AlreadyExists)
        {
            return await _client.GetAsync<ApiNode>(null, _options.NodeName, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask KeepLabelsAsync(ApiNode present, CancellationToken cancellationToken)
    {
        var missing = new JsonObject();
        foreach (var (key, value) in _builder.Labels)
            if (present.Metadata.Labels.GetValueOrDefault(key) != value && (_written is null || !present.Metadata.Labels.ContainsKey(key)))
                missing[key] = value;
        if (missing.Count == 0)
            return;
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = missing } };
        await _client.PatchAsync<ApiNode>(null, _options.NodeName, PatchKind.Merge, StatusPatch.Encode(patch), cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    private List<string> Problems()
    {
        var problems = new List<string>();
        if (_health.RuntimeError is { } runtime)
            problems.Add($"container runtime is down: {runtime}");
        if (_network.NotReadyReason is { } network)
            problems.Add($"container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:{network}");
        return problems;
    }

    /// <summary>Whether anything but the time of the heartbeat differs.</summary>
    private static bool IsChanged(NodeStatus present, NodeStatus wanted) =>
        present with { Conditions = [.. present.Conditions.Select(WithoutTime)] } != (wanted with { Conditions = [.. wanted.Conditions.Select(WithoutTime)] });

    private static NodeCondition WithoutTime(NodeCondition condition) => condition with { LastHeartbeatTime = null };

    private void TellReady(List<string> problems)
    {
        var isReady = problems.Count == 0;
        if (_wasReady == isReady || (!isReady && !_health.IsKnown))
            return;
        _wasReady = isReady;
        var node = new ObjectReference { Kind = "Node", ApiVersion = "v1", Name = _options.NodeName, Uid = _options.NodeName };
        if (isReady)
        {
            LogReady(_options.NodeName);
            _events.Record(node, EventType.Normal, "NodeReady", $"Node {_options.NodeName} status is now: NodeReady");
        }
        else
        {
            LogNotReady(_options.NodeName, string.Join("; ", problems));
            _events.Record(node, EventType.Normal, "NodeNotReady", $"Node {_options.NodeName} status is now: NodeNotReady");
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "node {Name} registered")]
    private partial void LogRegistered(string name);

    [LoggerMessage(Level = LogLevel.Information, Message = "node {Name} is ready")]
    private partial void LogReady(string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "node {Name} is not ready: {Problems}")]
    private partial void LogNotReady(string name, string problems);

    [LoggerMessage(Level = LogLevel.Warning, Message = "node {Name}: status not written, next attempt in {Seconds:0.##} s: {Error}")]
    private partial void LogFailed(string name, string error, double seconds);
}
