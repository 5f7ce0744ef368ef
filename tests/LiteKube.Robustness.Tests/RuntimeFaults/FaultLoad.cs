using System.Net.WebSockets;
using System.Text.Json;
using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.Robustness.Tests.RuntimeFaults;

/// <summary>Clients that keep about twenty pods coming and going until the server is gone: new images to pull, starts, stops, commands in containers.</summary>
internal sealed class FaultLoad(FaultMachine machine, Random random)
{
    public const string Pods = "/api/v1/namespaces/default/pods";
    private const int Wanted = 20;
    private const int Workers = 3;
    private const int LongestPause = 250;
    private const int ImagesOnce = 8;

    private readonly Lock _lock = new();
    private readonly List<FaultPod> _pods = [];
    private int _names;

    /// <summary>Those that may be there.</summary>
    public IReadOnlyList<FaultPod> Known
    {
        get
        {
            lock (_lock)
                return [.. _pods];
        }
    }

    public int Created { get; private set; }

    public void Forget(FaultPod pod)
    {
        lock (_lock)
            _pods.Remove(pod);
    }

    /// <summary>Asks once more for what the last server may not have heard, then goes on.</summary>
    public async Task RunAsync(ApiClient client, CancellationToken cancellationToken)
    {
        var late = Known.Where(p => p.DeletionSent).ToList();
        var seeds = Enumerable.Range(0, Workers).Select(_ => random.Next()).ToList();
        await Task.WhenAll(seeds.Select((seed, i) => Task.Run(() => WorkAsync(client, new Random(seed), new Queue<FaultPod>(late.Where((_, p) => p % Workers == i)), cancellationToken), CancellationToken.None)));
    }

    private async Task WorkAsync(ApiClient client, Random own, Queue<FaultPod> again, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (again.TryDequeue(out var late))
                {
                    await client.DeleteAsync($"{Pods}/{late.Name}");
                    continue;
                }

                await StepAsync(client, own, cancellationToken);
                await Task.Delay(own.Next(LongestPause), cancellationToken);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or WebSocketException or JsonException)
            {
                // The server is gone; whether it heard is in doubt.
                return;
            }
        }
    }

    private async Task StepAsync(ApiClient client, Random own, CancellationToken cancellationToken)
    {
        FaultPod? pod = null;
        var target = default(FaultPod);
        lock (_lock)
        {
            var present = _pods.Where(p => !p.DeletionSent).ToList();
            if (present.Count < Wanted && (present.Count < Wanted / 2 || own.Next(3) > 0))
            {
                // Many pods of one image at once, too: they wait for one pull.
                var image = FaultRegistry.ImageOf((_names / ImagesOnce * ImagesOnce) + own.Next(ImagesOnce / 3));
                pod = new FaultPod($"pod-{_names++}", (FaultPodKind)own.Next(Enum.GetValues<FaultPodKind>().Length), image);
                _pods.Add(pod);
            }
            else
            {
                target = present[own.Next(present.Count)];
                target.DeletionSent |= own.Next(4) > 0;
            }
        }

        if (pod is not null)
        {
            (await client.PostAsync(Pods, pod.Manifest(machine.Starts))).Expect(201);
            pod.Acknowledged = true;
            Created++;
            return;
        }

        if (target!.DeletionSent)
            await client.DeleteAsync($"{Pods}/{target.Name}");
        else if (target.Acknowledged && target.Kind == FaultPodKind.Probed)
            _ = ExecAsync(target, cancellationToken);
    }

    private async Task ExecAsync(FaultPod pod, CancellationToken cancellationToken)
    {
        try
        {
            await machine.ExecAsync(pod.Name, ["sleep", FaultPod.SleptByCommands], cancellationToken);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or HttpRequestException or IOException)
        {
            // It does not run yet or any more, or the server is gone.
        }
    }
}
