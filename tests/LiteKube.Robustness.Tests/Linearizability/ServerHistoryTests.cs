using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.Robustness.Tests.Linearizability;

[Collection(ApiHostCollection.Name)]
public sealed class ServerHistoryTests(ApiHost host)
{
    private const int Clients = 8;
    private const int OperationsPerClient = 250;
    private const int Keys = 3;

    [Theory]
    [InlineData("configmaps", 1)]
    [InlineData("secrets", 2)]
    public async Task Concurrent_writes_and_reads_of_the_same_objects_are_linearizable(string plural, int seed)
    {
        var path = $"/api/v1/namespaces/{await host.NamespaceAsync()}/{plural}";
        var from = (await host.Admin.GetAsync(path)).Expect(200).Version;
        using var watch = await host.Admin.WatchAsync($"{path}?resourceVersion={from}");
        var reading = ReadAsync(watch);
        var operations = new ConcurrentBag<Operation>();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(c => Task.Run(() => RunAsync(path, new Random((seed * 1000) + c), c, operations))));
        (await host.Admin.PostAsync(path, """{"metadata":{"name":"end"}}""")).Expect(201);

        var transitions = await reading;
        Assert.Equal(Clients * OperationsPerClient, operations.Count);
        Assert.Contains(operations, o => o.Outcome == OperationOutcome.Conflict);
        var violations = HistoryChecker.Check(operations, transitions);
        Assert.True(violations.Count == 0, string.Join('\n', violations));
    }

    /// <summary>While clients write, so that no watch falls behind.</summary>
    private static async Task<List<Transition>> ReadAsync(WatchReader watch)
    {
        var transitions = new List<Transition>();
        while (await watch.NextAsync() is { } seen && seen.Name != "end")
            transitions.Add(new Transition(seen.Name, Number(seen.Version), seen.Type == "DELETED" ? null : ValueOf(seen.Object)));
        return transitions;
    }

    private async Task RunAsync(string path, Random random, int client, ConcurrentBag<Operation> operations)
    {
        using var api = host.Client(Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions.GetRequiredService<LiteKube.Security.Pki.ClusterPki>(host.Services).Admin());
        var known = new long[Keys];
        for (var i = 0; i < OperationsPerClient; i++)
        {
            var key = random.Next(Keys);
            var value = string.Create(CultureInfo.InvariantCulture, $"{client}-{i}");
            var kind = known[key] == 0 ? (random.Next(2) == 0 ? OperationKind.Create : OperationKind.Get)
                : random.Next(10) switch { 0 => OperationKind.Delete, < 5 => OperationKind.Update, 5 => OperationKind.Create, _ => OperationKind.Get };
            var operation = await OneAsync(api, path, $"k{key}", kind, kind is OperationKind.Update or OperationKind.Delete ? known[key] : 0, value);
            operations.Add(operation);
            known[key] = operation switch
            {
                { Outcome: OperationOutcome.Done, Kind: OperationKind.Delete } or { Outcome: OperationOutcome.NotFound } => 0,
                { Outcome: OperationOutcome.Done } => operation.Revision,
                { Outcome: OperationOutcome.AlreadyExists } => 1,
                _ => known[key],
            };
        }
    }

    private static async Task<Operation> OneAsync(ApiClient api, string path, string key, OperationKind kind, long expected, string value)
    {
        var start = Stopwatch.GetTimestamp();
        var answer = await (kind switch
        {
            OperationKind.Create => api.PostAsync(path, $$$"""{"metadata":{"name":"{{{key}}}","annotations":{"value":"{{{value}}}"} } }"""),
            OperationKind.Update => api.PutAsync($"{path}/{key}", $$$"""{"metadata":{"name":"{{{key}}}","resourceVersion":"{{{expected}}}","annotations":{"value":"{{{value}}}"} } }"""),
            OperationKind.Delete => api.DeleteAsync($"{path}/{key}", $$$"""{"preconditions":{"resourceVersion":"{{{expected}}}"}}"""),
            _ => api.GetAsync($"{path}/{key}"),
        });
        var end = Stopwatch.GetTimestamp();
        var outcome = answer.Code switch
        {
            200 or 201 => OperationOutcome.Done,
            404 => OperationOutcome.NotFound,
            409 => answer.Reason == "AlreadyExists" ? OperationOutcome.AlreadyExists : OperationOutcome.Conflict,
            _ => throw new InvalidOperationException($"{kind} {key}: {answer.Code} {answer.Message}"),
        };
        return outcome != OperationOutcome.Done || kind == OperationKind.Delete
            ? new Operation(key, kind, start, end, expected, outcome, 0, null)
            : new Operation(key, kind, start, end, expected, outcome, Number(answer.Version), ValueOf(answer.Body));
    }

    private static string? ValueOf(System.Text.Json.Nodes.JsonObject body) => (string?)body["metadata"]?["annotations"]?["value"];

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
