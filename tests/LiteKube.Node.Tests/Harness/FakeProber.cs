using LiteKube.Api.Core.V1;
using LiteKube.Node.Probes;

namespace LiteKube.Node.Tests.Harness;

/// <summary>Answers probes as the test says, by the first word of the exec command that stands for the probe.</summary>
internal sealed class FakeProber : IProber
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ProbeOutcome> _answers = [];
    private readonly Dictionary<string, int> _asked = [];

    public void Answer(string name, ProbeOutcome outcome)
    {
        lock (_gate)
            _answers[name] = outcome;
    }

    public int Asked(string name)
    {
        lock (_gate)
            return _asked.GetValueOrDefault(name);
    }

    public ValueTask<ProbeOutcome> ProbeAsync(Probe probe, ProbeTarget target, string containerId, CancellationToken cancellationToken)
    {
        var name = probe.Exec!.Command[0];
        lock (_gate)
        {
            _asked[name] = _asked.GetValueOrDefault(name) + 1;
            return ValueTask.FromResult(_answers.TryGetValue(name, out var outcome) ? outcome : ProbeOutcome.Success());
        }
    }
}
