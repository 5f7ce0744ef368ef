using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.Robustness.Tests.Fuzz;

/// <summary>Requests by number from a seed, several at a time, and a look at every answer: none is a fault of the server, none is late, each refusal is a Status that says why.</summary>
internal sealed class FuzzRun(ApiHost host, int seed)
{
    private const int Together = 4;
    private const int MostBytesRead = 64 << 20;
    private const int MostBytesKept = 1 << 20;
    private const int MostFindings = 50;
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<int, long> _codes = new();
    private readonly ConcurrentQueue<string> _findings = new();
    private int _number = -1;

    public IReadOnlyCollection<string> Findings => _findings;

    public long Requests => _codes.Values.Sum();

    public string Summary => string.Join(", ", _codes.OrderBy(c => c.Key).Select(c => $"{c.Value} answered {c.Key}"));

    public static async Task<int> MainAsync(Arguments arguments)
    {
        var seed = arguments.Number("seed", Environment.TickCount);
        var limit = TimeSpan.FromSeconds(arguments.Number("seconds", 600));
        var first = arguments.Number("from", 0);
        var count = arguments.Number("count", int.MaxValue);
        var host = new ApiHost();
        await host.InitializeAsync();
        var run = new FuzzRun(host, seed);
        var started = Stopwatch.StartNew();
        await run.RunAsync(first, count, () => started.Elapsed >= limit);
        using var process = Process.GetCurrentProcess();
        foreach (var finding in run.Findings)
            Console.WriteLine(finding);
        Console.WriteLine($"seed {seed}: {run.Requests} requests in {started.Elapsed.TotalSeconds:F0} s: {run.Summary}; {run.Findings.Count} findings; {process.WorkingSet64 >> 20} MB resident at the end, {process.PeakWorkingSet64 >> 20} MB at most");
        await host.DisposeAsync();
        return run.Findings.Count == 0 ? 0 : 1;
    }

    /// <param name="enough">Asked before each request.</param>
    public async Task RunAsync(int first, int count, Func<bool> enough)
    {
        await host.Admin.PostAsync("/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{FuzzCase.Namespace}}}"}}""");
        await host.Admin.PostAsync($"/api/v1/namespaces/{FuzzCase.Namespace}/serviceaccounts", """{"metadata":{"name":"default"}}""");
        _number = first - 1;
        await Task.WhenAll(Enumerable.Range(0, Together).Select(_ => Task.Run(async () =>
        {
            while (!enough() && _findings.Count < MostFindings && Interlocked.Increment(ref _number) is var number && number - first < count)
                await OneAsync(number);
        })));
    }

    private async Task OneAsync(int number)
    {
        var one = new FuzzCase(seed, number);
        try
        {
            using var timeout = new CancellationTokenSource(s_limit);
            using var request = one.Request(host.Address);
            using var response = await host.Admin.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            var code = (int)response.StatusCode;
            _codes.AddOrUpdate(code, 1, (_, n) => n + 1);
            var body = await ReadAsync(response, timeout.Token);
            if (code is 500 or 501 or 505 || code > 505)
                Report(number, one, $"answer {code}: {body}");
            else if (code >= 400 && Explain(code, body, response) is { } wrong)
                Report(number, one, wrong);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            Report(number, one, $"{e.GetType().Name}: {e.Message}");
        }
    }

    /// <returns>What is wrong with a refusal.</returns>
    private static string? Explain(int code, string body, HttpResponseMessage response)
    {
        if (response.Content.Headers.ContentType?.MediaType != "application/json")
            return $"the refusal {code} is {response.Content.Headers.ContentType}: {body}";
        try
        {
            var status = JsonNode.Parse(body);
            return (string?)status?["kind"] == "Status" && (string?)status["reason"] is { Length: > 0 } && (int?)status["code"] == code && (string?)status["message"] is { Length: > 0 }
                ? null : $"the refusal {code} is not a Status with code, reason and message: {body}";
        }
        catch (System.Text.Json.JsonException e)
        {
            return $"the refusal {code} is not JSON ({e.Message}): {body}";
        }
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var text = new MemoryStream();
        var buffer = new byte[16 << 10];
        long total = 0;
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            if ((total += read) > MostBytesRead)
                throw new IOException($"the answer has more than {MostBytesRead} bytes");
            if (text.Length < MostBytesKept)
                text.Write(buffer, 0, read);
        }

        return System.Text.Encoding.UTF8.GetString(text.ToArray());
    }

    private static string Short(string text) => (text.Length > 1500 ? text[..1500] + "..." : text).ReplaceLineEndings(" ");

    private void Report(int number, FuzzCase one, string what) => _findings.Enqueue($"--seed {seed} --from {number} --count 1: {Short(what)}\n    {one.ToString().ReplaceLineEndings(" ")}");
}
