namespace LiteKube.ApiServer.Services;

/// <summary>Who holds which node port. A Service may use one port for several protocols.</summary>
internal sealed class PortPool(int first, int last)
{
    private readonly Dictionary<int, string> _owners = [];

    public string Range => $"{first}-{last}";

    public bool Contains(int port) => port >= first && port <= last;

    public string? OwnerOf(int port) => _owners.GetValueOrDefault(port);

    public void Claim(int port, string owner) => _owners[port] = owner;

    public void Release(int port, string owner)
    {
        if (_owners.TryGetValue(port, out var holder) && holder == owner)
            _owners.Remove(port);
    }

    /// <summary>0 where every port is taken.</summary>
    public int Next(string owner)
    {
        var count = last - first + 1;
        var start = Random.Shared.Next(count);
        for (var i = 0; i < count; i++)
        {
            var port = first + ((start + i) % count);
            if (_owners.TryAdd(port, owner))
                return port;
        }

        return 0;
    }
}
