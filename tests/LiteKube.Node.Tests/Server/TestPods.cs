using LiteKube.Api.Core.V1;
using LiteKube.Node.Server;

namespace LiteKube.Node.Tests.Server;

internal sealed class TestPods : IPodDirectory
{
    private readonly List<Pod> _pods = [];
    private readonly Dictionary<(string Uid, string Container, bool Previous), string> _containers = [];
    private readonly Dictionary<string, string> _sandboxes = [];

    public IReadOnlyList<Pod> Pods => _pods;

    public void Add(Pod pod, string sandbox)
    {
        _pods.Add(pod);
        _sandboxes[pod.Metadata.Uid!] = sandbox;
    }

    public void Add(string uid, string container, string id, bool previous = false) => _containers[(uid, container, previous)] = id;

    public Pod? Find(string ns, string name) => _pods.Find(p => p.Metadata.Namespace == ns && p.Metadata.Name == name);

    public string? FindContainer(string podUid, string containerName, bool previous) => _containers.GetValueOrDefault((podUid, containerName, previous));

    public string? FindSandbox(string podUid) => _sandboxes.GetValueOrDefault(podUid);
}
