using System.Globalization;
using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.Robustness.Tests.Crash;

/// <summary>Clients that create, replace, patch and delete objects of their own as fast as the server answers, until it no longer does.</summary>
internal sealed class MixedLoad(int seed)
{
    public const string Namespace = "crash";
    private const int Workers = 8;
    private const int KeysPerWorker = 12;

    private static readonly string[] s_collections = [$"/api/v1/namespaces/{Namespace}/configmaps", $"/api/v1/namespaces/{Namespace}/secrets"];

    private readonly LedgerEntry[][] _entries =
        [.. Enumerable.Range(0, Workers).Select(w => Enumerable.Range(0, KeysPerWorker).Select(k => new LedgerEntry(s_collections[k % 2], $"w{w}-{k}")).ToArray())];

    private long _newest;
    private long _acknowledged;
    private int _sequence;

    public static IReadOnlyList<string> Collections => s_collections;

    public IEnumerable<LedgerEntry> Entries => _entries.SelectMany(e => e);

    /// <summary>The highest revision that any answer or event told.</summary>
    public long Newest => Interlocked.Read(ref _newest);

    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    public void Saw(long revision)
    {
        for (var newest = Newest; revision > newest; newest = Newest)
            Interlocked.CompareExchange(ref _newest, revision, newest);
    }

    /// <summary>Ends when the server is gone.</summary>
    public Task RunAsync(ApiClient client, int round, long floor) => Task.WhenAll(
        [.. Enumerable.Range(0, Workers).Select(w => Task.Run(() => WorkAsync(client, new Random(unchecked((((seed * 1_000_003) + round) * 31) + w)), _entries[w], floor))), Task.Run(() => RenewAsync(client))]);

    private async Task WorkAsync(ApiClient client, Random random, LedgerEntry[] entries, long floor)
    {
        while (true)
        {
            var entry = entries[random.Next(entries.Length)];
            try
            {
                if (await WriteAsync(client, random, entry) is not { } answer)
                    continue;
                var revision = answer.Body["metadata"]?["resourceVersion"] is { } version ? long.Parse((string)version!, CultureInfo.InvariantCulture) : 0;
                if (answer.Code is not (200 or 201))
                    throw new CrashException($"{entry.Collection}/{entry.Name}: an unexpected answer {answer.Code}: {answer.Message}");
                if (revision > 0 && entry.DoubtfulValue is not null && revision <= floor)
                    throw new CrashException($"{entry.Collection}/{entry.Name}: acknowledged at {revision}, but {floor} had been given out before the crash");
                Saw(revision);
                entry.Acknowledge(revision);
                Interlocked.Increment(ref _acknowledged);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                // The server is gone; whether it made this write is in doubt.
                return;
            }
        }
    }

    private async Task<ApiAnswer?> WriteAsync(ApiClient client, Random random, LedgerEntry entry)
    {
        var path = $"{entry.Collection}/{entry.Name}";
        var value = Value(random);
        if (entry.Value is null)
        {
            entry.Send(value);
            return await client.PostAsync(entry.Collection, Body(entry, value, null));
        }

        switch (random.Next(5))
        {
            case 0:
                entry.Send(null);
                return await client.DeleteAsync(path);
            case 1:
                entry.Send(value);
                return await client.MergeAsync(path, $$$"""{"metadata":{"annotations":{"value":"{{{value}}}"} } }""");
            default:
                entry.Send(value);
                return await client.PutAsync(path, Body(entry, value, entry.Revision));
        }
    }

    private string Value(Random random) =>
        Interlocked.Increment(ref _sequence).ToString(CultureInfo.InvariantCulture) + new string('x', random.Next(random.Next(4) == 0 ? 6000 : 300));

    private static string Body(LedgerEntry entry, string value, long? revision) =>
        $$$"""{"metadata":{"name":"{{{entry.Name}}}"{{{(revision is null ? "" : $",\"resourceVersion\":\"{revision}\"")}}},"annotations":{"value":"{{{value}}}"} } }""";

    /// <summary>A node's lease, which is written without waiting for the disk: it shifts revisions that a crash then loses.</summary>
    private static async Task RenewAsync(ApiClient client)
    {
        const string path = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
        try
        {
            await client.PostAsync(path, """{"metadata":{"name":"crash"},"spec":{"holderIdentity":"0"}}""");
            for (var i = 1; ; i++)
                await client.MergeAsync(path + "/crash", $$$"""{"spec":{"holderIdentity":"{{{i}}}"}}""");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // The server is gone.
        }
    }
}
