using LiteKube.Api;
using LiteKube.Api.Flowcontrol.V1;
using LiteKube.Api.Meta.V1;

namespace LiteKube.ApiServer.Flow;

/// <summary>
/// Priority and fairness: which level a request belongs to, and its seat there. The table is made anew when an object of the API group has changed, and only
/// then; nothing runs while nobody asks. (https://kubernetes.io/docs/concepts/cluster-administration/flow-control/)
/// </summary>
internal sealed class FlowControl(IObjectReader objects, ApiServerOptions options, TimeProvider time) : IDisposable
{
    /// <summary>How long a request may wait for its seat: a quarter of the time that a request may take.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim _making = new(1, 1);
    private readonly FlowRejections _rejections = new();
    private volatile Dictionary<string, PriorityLevel> _levels = new(StringComparer.Ordinal);
    private volatile FlowTable? _table;

    public IReadOnlyCollection<PriorityLevel> Levels => _levels.Values;

    public FlowRejections Rejections => _rejections;

    public ValueTask<FlowRule> ClassifyAsync(in FlowRequest request, CancellationToken cancellationToken)
    {
        var table = _table;
        return table is not null && table.Versions == CurrentVersions() ? new(table.Find(request)) : SlowAsync(request, cancellationToken);
    }

    /// <summary>Takes a seat, waiting for it where there is none free. To be given back by <see cref="PriorityLevel.Leave"/>.</summary>
    /// <exception cref="ApiException">TooManyRequests.</exception>
    public ValueTask EnterAsync(FlowRule rule, in FlowRequest request, CancellationToken cancellationToken) =>
        rule.Level.TryEnter() ? ValueTask.CompletedTask : WaitAsync(rule, rule.FlowOf(request), cancellationToken);

    public void Dispose() => _making.Dispose();

    private async ValueTask WaitAsync(FlowRule rule, ulong flow, CancellationToken cancellationToken)
    {
        if (await rule.Level.WaitAsync(flow, s_patience, time, cancellationToken) is not { } why)
            return;
        _rejections.Count(rule.Name, rule.Level.Name, why);
        throw new ApiException(StatusReason.TooManyRequests, "too many requests, please try again later", new StatusDetails { RetryAfterSeconds = 1 });
    }

    private async ValueTask<FlowRule> SlowAsync(FlowRequest request, CancellationToken cancellationToken)
    {
        await _making.WaitAsync(cancellationToken);
        try
        {
            // Taken before the lists, so that a change during them has the table made again.
            var versions = CurrentVersions();
            if (_table is { } raced && raced.Versions == versions)
                return raced.Find(request);
            var schemas = await objects.ListAsync(FlowSchema.Resource, null, cancellationToken);
            var levels = await objects.ListAsync(PriorityLevelConfiguration.Resource, null, cancellationToken);
            var table = Make([.. schemas.Select(s => s.As<FlowSchema>())], [.. levels.Select(l => l.As<PriorityLevelConfiguration>())], versions);
            _table = table;
            return table.Find(request);
        }
        finally
        {
            _making.Release();
        }
    }

    private FlowTable Make(List<FlowSchema> schemas, List<PriorityLevelConfiguration> configurations, FlowVersions versions)
    {
        // What must be there holds also while it is not: before the first start has made it, and between a deletion and its undoing.
        AddMissing(schemas, FlowDefaults.MandatorySchemas, s => s.Metadata.Name!);
        AddMissing(configurations, FlowDefaults.MandatoryLevels, l => l.Metadata.Name!);
        var shares = configurations.Sum(c => LevelLimits.SharesOf(c.Spec));
        var present = _levels;
        var levels = new Dictionary<string, PriorityLevel>(StringComparer.Ordinal);
        foreach (var configuration in configurations)
        {
            var name = configuration.Metadata.Name!;
            var level = present.GetValueOrDefault(name) ?? new PriorityLevel(name, MayBorrow);
            level.Uid = configuration.Metadata.Uid ?? "";
            level.Limits = LevelLimits.Of(configuration.Spec, options.MaxRequestsInFlight + options.MaxMutatingRequestsInFlight, shares);
            levels[name] = level;
        }

        _levels = levels;
        return FlowTable.Of(schemas, levels, versions);
    }

    /// <summary>
    /// Whether others leave idle what they lend, beyond what is borrowed already. A lender that wants its seats takes them at once, without waiting for
    /// them to be given back: the server then serves as many more for a moment as were lent.
    /// </summary>
    private bool MayBorrow(PriorityLevel borrower)
    {
        var idle = 0;
        var borrowed = 0;
        foreach (var level in _levels.Values)
        {
            var (limits, executing) = (level.Limits, level.Executing);
            if (level != borrower)
                idle += Math.Min(limits.Lendable, Math.Max(0, limits.Nominal - executing));
            if (!limits.IsExempt)
                borrowed += Math.Max(0, executing - limits.Nominal);
        }

        // The borrower's own count holds the seat it asks for.
        return borrowed <= idle;
    }

    private FlowVersions CurrentVersions() => new(objects.VersionOf(FlowSchema.Resource), objects.VersionOf(PriorityLevelConfiguration.Resource));

    private static void AddMissing<T>(List<T> present, IReadOnlyList<T> mandatory, Func<T, string> name)
    {
        var names = present.Select(name).ToHashSet(StringComparer.Ordinal);
        present.AddRange(mandatory.Where(m => !names.Contains(name(m))));
    }
}
