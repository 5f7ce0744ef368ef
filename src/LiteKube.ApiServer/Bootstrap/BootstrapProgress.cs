using System.Collections.Concurrent;

namespace LiteKube.ApiServer.Bootstrap;

/// <summary>Which of the first objects are there, by the names that Kubernetes' post-start hooks have.</summary>
internal sealed class BootstrapProgress
{
    private readonly ConcurrentDictionary<string, bool> _done = new(StringComparer.Ordinal);

    public bool Has(string step) => _done.ContainsKey(step);

    public void Done(string step) => _done[step] = true;

    public async Task FollowAsync(string step, Task work)
    {
        await work;
        Done(step);
    }
}
